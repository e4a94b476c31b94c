# SPDX-License-Identifier: MIT
# Our data path in the worker: the patches it needs, each behind a definition, and `worker_data_path(TARGET)`, which gives a target those
# that are switched on. Without the definitions the sources do what mediasoup's do. README.md says what each is for.

# The socket is another class of the same name; which one a file sees is decided in the header.
list(REMOVE_ITEM worker_sources ${worker_dir}/src/handles/UdpSocketHandle.cpp)
patch(include/handles/UdpSocketHandle.hpp "#ifndef MS_UDP_SOCKET_HANDLE_HPP"
  "#ifdef DD_MS_RECVMMSG\n#include \"${CMAKE_CURRENT_SOURCE_DIR}/src/handles/UdpSocketHandle.hpp\"\n#endif\n#ifndef MS_UDP_SOCKET_HANDLE_HPP")

# The loop's hooks and its clock.
patch(src/DepLibUV.cpp "#include \"DepLibUV.hpp\"" "#include \"DepLibUV.hpp\"\n#include \"batch.hpp\"")
patch(src/DepLibUV.cpp "	DepLibUV::ntpOffsetUs = ntpUs - DepLibUV::GetTimeUs();
}" "	DepLibUV::ntpOffsetUs = ntpUs - DepLibUV::GetTimeUs();
#ifdef DD_MS_SEND_QUEUE
	dd::start_loop_hooks();
#endif
}")
patch(src/DepLibUV.cpp "	int err;

	uv_stop(DepLibUV::loop);" "	int err;

#ifdef DD_MS_SEND_QUEUE
	dd::stop_loop_hooks();
#endif
	uv_stop(DepLibUV::loop);")
patch(include/DepLibUV.hpp "#include <uv.h>" "#include <uv.h>\n#include \"loop_clock.hpp\"")
patch(include/DepLibUV.hpp "		return static_cast<int64_t>(uv_hrtime() / 1000000);" "#ifdef DD_MS_BATCH_CLOCK
		return dd::loop_clock::now_us() / 1000;
#else
		return static_cast<int64_t>(uv_hrtime() / 1000000);
#endif")
patch(include/DepLibUV.hpp "		return static_cast<int64_t>(uv_hrtime() / 1000);" "#ifdef DD_MS_BATCH_CLOCK
		return dd::loop_clock::now_us();
#else
		return static_cast<int64_t>(uv_hrtime() / 1000);
#endif")

# What is sent over TCP is gathered, and then goes at once.
set(connection src/handles/TcpConnectionHandle.cpp)
patch(include/handles/TcpConnectionHandle.hpp "class TcpConnectionHandle
{" "#ifdef DD_MS_STREAM_QUEUE
#include \"stream_queue.hpp\"
class TcpConnectionHandle : private dd::Stream
#else
class TcpConnectionHandle
#endif
{")
patch(include/handles/TcpConnectionHandle.hpp "private:
	void InternalClose();" "private:
#ifdef DD_MS_STREAM_QUEUE
	void write_run(const std::uint8_t* data, std::size_t length) override
	{
		Write(data, length, nullptr, 0, nullptr);
	}
	std::size_t unwritten() const override
	{
		return uv_stream_get_write_queue_size(reinterpret_cast<const uv_stream_t*>(this->uvHandle));
	}
#endif
	void InternalClose();")
patch(${connection} "	// First try uv_try_write()." "#ifdef DD_MS_STREAM_QUEUE
	// Who asks for a frame's fate has it written at once.
	if (cb)
	{
		dd::StreamQueue::of_this_loop().flush();
	}
	else if (dd::StreamQueue::of_this_loop().take(*this, data1, len1, data2, len2))
	{
		return;
	}
#endif

	// First try uv_try_write().")
patch(${connection} "	int err;

	this->closed = true;" "	int err;

#ifdef DD_MS_STREAM_QUEUE
	// Before it counts as closed, and is gone.
	dd::StreamQueue::of_this_loop().flush();
#endif
	this->closed = true;")
patch(${connection} "	// Get the peer address.
	if (!SetPeerAddress())" "#ifdef DD_MS_STREAM_QUEUE
	uv_tcp_nodelay(this->uvHandle, 1);
#endif

	// Get the peer address.
	if (!SetPeerAddress())")

# Frames that are read together over TCP are a batch, as datagrams are (handles/UdpSocketHandle.cpp), and as little may be thrown at.
set(frames src/RTC/TcpConnection.cpp)
patch(${frames} "#include \"RTC/TcpConnection.hpp\"" "#include \"RTC/TcpConnection.hpp\"\n#include \"batch.hpp\"")
patch(${frames} "		const int64_t receivedAtUs = this->shared->GetTimeUs();
" "		const int64_t receivedAtUs = this->shared->GetTimeUs();

#ifdef DD_MS_CONSUMER_MAJOR
		const dd::Batch batch;
		size_t frames{ 0 };
#endif
")
patch(${frames} "				if (packetLen != 0)
				{" "#ifdef DD_MS_CONSUMER_MAJOR
				if (packetLen != 0 && packetLen <= dd::Batch::kSlot)
				{
					if (frames == dd::Batch::kDatagrams)
					{
						dd::Batch::forward();
						frames = 0;
					}

					uint8_t* slot = dd::Batch::slot(frames++);

					std::memcpy(slot, packet, packetLen);

					try
					{
						this->listener->OnTcpConnectionPacketReceived(
						  this, slot, packetLen, dd::Batch::kSlot, receivedAtUs);
					}
					catch (const std::exception& error)
					{
						MS_ERROR(\"a frame was dropped: %s\", error.what());
					}
				}
#else
				if (packetLen != 0)
				{")
patch(${frames} "					  this, ReadBuffer, packetLen, ReadBufferSize, receivedAtUs);
				}" "					  this, ReadBuffer, packetLen, ReadBufferSize, receivedAtUs);
				}
#endif")

# Packets of a batch are kept by the router and forwarded at its end.
patch(include/RTC/Router.hpp "		void OnTransportProducerRtpPacketReceived(
		  RTC::Transport* transport," "		void ForwardRtpPackets(RTC::Producer* producer, const std::vector<RTC::RTP::Packet*>& packets);
		void OnTransportProducerRtpPacketReceived(
		  RTC::Transport* transport,")
patch(src/RTC/Router.cpp "#include \"RTC/Router.hpp\"" "#include \"RTC/Router.hpp\"\n#include \"batch.hpp\"")
patch(src/RTC/Router.cpp "		auto& consumers = this->mapProducerConsumers.at(producer);

		if (!consumers.empty())
		{
			// Cloned" "#ifdef DD_MS_CONSUMER_MAJOR
		if (dd::Batch::keep(this, producer, packet))
		{
			return;
		}
#endif

		auto& consumers = this->mapProducerConsumers.at(producer);

		if (!consumers.empty())
		{
			// Cloned")
# Nothing closes a producer or consumer inside a batch; should it come to it, what was received before is forwarded before.
foreach(closing "Router::OnTransportProducerClosed(RTC::Transport* /*transport*/, RTC::Producer* producer)"
                "Router::OnTransportConsumerClosed(RTC::Transport* /*transport*/, RTC::Consumer* consumer)"
                "Router::~Router()")
  patch(src/RTC/Router.cpp "${closing}
	{
		MS_TRACE();
" "${closing}
	{
		MS_TRACE();
#ifdef DD_MS_CONSUMER_MAJOR
		dd::Batch::forward();
#endif
")
endforeach()
patch(src/RTC/Transport.cpp "#include \"RTC/Transport.hpp\"" "#include \"RTC/Transport.hpp\"\n#include \"batch.hpp\"")
patch(src/RTC/Transport.cpp "			default:;
		}

		delete packet;
	}" "			default:;
		}

#ifdef DD_MS_CONSUMER_MAJOR
		if (dd::Batch::keeps(packet))
		{
			return;
		}
#endif
		delete packet;
	}")

# Encryption of RTP that is sent.
patch(include/RTC/SrtpSession.hpp "#include <srtp.h>" "#include <srtp.h>\n#ifdef DD_MS_FAST_SRTP\n#include \"srtp_sender.hpp\"\n#include <memory>\n#endif")
patch(include/RTC/SrtpSession.hpp "		{
			srtp_stream_remove(this->session, htonl(ssrc));
		}" "		{
#ifdef DD_MS_FAST_SRTP
			if (this->rtpSender)
			{
				this->rtpSender->forget(ssrc);
			}
#endif
			srtp_stream_remove(this->session, htonl(ssrc));
		}")
patch(include/RTC/SrtpSession.hpp "		srtp_t session{ nullptr };" "		srtp_t session{ nullptr };
#ifdef DD_MS_FAST_SRTP
		// Set for sending: it encrypts RTP, the session above RTCP.
		std::unique_ptr<dd::SrtpSender> rtpSender;
#endif")
patch(src/RTC/SrtpSession.cpp "			MS_THROW_ERROR(\"srtp_create() failed: %s\", DepLibSRTP::GetErrorString(err).c_str());
		}
" "			MS_THROW_ERROR(\"srtp_create() failed: %s\", DepLibSRTP::GetErrorString(err).c_str());
		}

#ifdef DD_MS_FAST_SRTP
		if (type == Type::OUTBOUND)
		{
			switch (cryptoSuite)
			{
				case CryptoSuite::AEAD_AES_256_GCM:
				case CryptoSuite::AEAD_AES_128_GCM:
				{
					this->rtpSender = dd::GcmSender::make(key, keyLen);

					break;
				}

				case CryptoSuite::AES_CM_128_HMAC_SHA1_80:
				{
					this->rtpSender = dd::CmSender::make(key, keyLen, 10);

					break;
				}

				case CryptoSuite::AES_CM_128_HMAC_SHA1_32:
				{
					this->rtpSender = dd::CmSender::make(key, keyLen, 4);

					break;
				}
			}
		}
#endif
")
patch(src/RTC/SrtpSession.cpp "#include \"RTC/SrtpSession.hpp\"" "#include \"RTC/SrtpSession.hpp\"\n#ifdef DD_MS_FAST_SRTP\n#include \"cm_sender.hpp\"\n#include \"gcm_sender.hpp\"\n#endif\n#ifdef DD_MS_SEND_QUEUE\n#include \"send_queue.hpp\"\n#endif")
patch(src/RTC/SrtpSession.cpp "		uint8_t* encryptBuffer = EncryptBuffer;
		size_t encryptLen      = EncryptBufferSize;

		const srtp_err_status_t err = srtp_protect(
" "#ifdef DD_MS_SEND_QUEUE
		// Where it is sent from.
		const size_t encryptRoom = *len + SRTP_MAX_TRAILER_LEN;
		uint8_t* encryptBuffer   = dd::SendQueue::of_this_loop().reserve(encryptRoom);
		size_t encryptLen        = encryptRoom;
#else
		uint8_t* encryptBuffer = EncryptBuffer;
		size_t encryptLen      = EncryptBufferSize;
#endif

#ifdef DD_MS_FAST_SRTP
		if (this->rtpSender)
		{
			if (!this->rtpSender->protect(*data, *len, encryptBuffer))
			{
				MS_WARN_TAG(srtp, \"cannot encrypt RTP packet\");

				return false;
			}

			*data = encryptBuffer;
			*len += this->rtpSender->trailer();

			return true;
		}
#endif

		const srtp_err_status_t err = srtp_protect(
")

# libwebrtc's pacer asks to be woken every 5 ms, but here it paces nothing: it only sends the packets of a probe. Without one twice the
# controller's own interval (25 ms) is enough, for each feedback brings it up to date; a probe that begins wakes it at once.
set(congestion src/RTC/TransportCongestionControlClient.cpp)
patch(${congestion} "	/* Instance methods. */

	TransportCongestionControlClient::TransportCongestionControlClient(" "#ifdef DD_MS_CALM_PACER
	static bool probes(webrtc::RtpTransportControllerSend* controller)
	{
		return controller->packet_sender()->GetPacingInfo().probe_cluster_id != webrtc::PacedPacketInfo::kNotAProbe;
	}

	static void wakeForProbe(webrtc::RtpTransportControllerSend* controller, TimerHandleInterface* timer)
	{
		static constexpr int64_t ProbingWaitMs{ 5 };

		if (timer && timer->GetTimeoutMs() > ProbingWaitMs && probes(controller))
		{
			timer->Start(std::min<int64_t>(controller->packet_sender()->TimeUntilNextProcess(), ProbingWaitMs));
		}
	}
#endif

	/* Instance methods. */

	TransportCongestionControlClient::TransportCongestionControlClient(")
foreach(call "OnNetworkAvailability(true);" "OnAddPacket(packetInfo);" "OnTransportFeedback(*feedback);" "SetClientBitratePreferences(constraints);")
  patch(${congestion} "		this->rtpTransportControllerSend->${call}\n" "		this->rtpTransportControllerSend->${call}
#ifdef DD_MS_CALM_PACER
		wakeForProbe(this->rtpTransportControllerSend, this->processTimer);
#endif
")
endforeach()
patch(${congestion} "			this->rtpTransportControllerSend->packet_sender()->Process();

			this->processTimer->Start(
" "			this->rtpTransportControllerSend->packet_sender()->Process();

#ifdef DD_MS_CALM_PACER
			if (!probes(this->rtpTransportControllerSend))
			{
				this->processTimer->Start(2 * this->controllerFactory->GetProcessInterval().ms());
			}
			else
#endif
			this->processTimer->Start(
")

# What congestion control remembers of each packet until it is acknowledged.
set(sent deps/libwebrtc/libwebrtc/modules/congestion_controller/rtp/send_time_history.h)
patch(${sent} "#include <utility>" "#include <utility>\n#include \"packet_history.hpp\"")
patch(${sent} "  std::map<int64_t, PacketFeedback> history_;" "#ifdef DD_MS_PACKET_HISTORY
  dd::PacketHistory<PacketFeedback> history_;
#else
  std::map<int64_t, PacketFeedback> history_;
#endif")

# It is told of a packet when it is queued, while all that it needs for that is at hand.
patch(src/RTC/Transport.cpp "			const std::weak_ptr<RTC::TransportCongestionControlClient> tccClientWeakPtr(this->tccClient);
" "#ifdef DD_MS_TELL_AT_ONCE
			this->tccClient->PacketSent(packetInfo, this->shared->GetTimeUs());

			const onSendCallback* cb{ nullptr };
#else
			const std::weak_ptr<RTC::TransportCongestionControlClient> tccClientWeakPtr(this->tccClient);
")
foreach(to consumer nullptr)
  patch(src/RTC/Transport.cpp "			SendRtpPacket(${to}, packet, cb);" "#endif
			SendRtpPacket(${to}, packet, cb);")
endforeach()

function(worker_data_path target)
  set(parts ${target}-parts)
  foreach(part CALM_PACER DENSE_MAPS SRTP_OPENSSL RECVMMSG SEND_QUEUE STREAM_QUEUE CONSUMER_MAJOR BATCH_CLOCK FAST_SRTP PACKET_HISTORY TELL_AT_ONCE)
    if(DD_MS_${part})
      target_compile_definitions(${parts} PUBLIC DD_MS_${part})
    endif()
  endforeach()
  if(DD_MS_RECVMMSG)
    target_sources(${parts} PRIVATE src/handles/UdpSocketHandle.cpp src/send_queue.cpp src/stream_queue.cpp src/batch.cpp)
  else()
    target_sources(${parts} PRIVATE ${worker_dir}/src/handles/UdpSocketHandle.cpp)
  endif()
  if(DD_MS_SRTP_OPENSSL)
    target_sources(${parts} PRIVATE src/srtp_openssl.cpp)
  endif()
  if(DD_MS_SRTP_OPENSSL OR DD_MS_FAST_SRTP)
    target_sources(${parts} PRIVATE src/hmac_sha1.cpp)
  endif()
  if(DD_MS_FAST_SRTP)
    target_sources(${parts} PRIVATE src/srtp_sender.cpp src/gcm_sender.cpp src/cm_sender.cpp)
    if(DD_MS_IPSEC_MB AND IPSEC_MB_LIBRARY)
      target_compile_definitions(${parts} PUBLIC DD_MS_IPSEC_MB)
      target_link_libraries(${parts} PUBLIC ${IPSEC_MB_LIBRARY})
    endif()
  endif()
  if(DD_MS_JEMALLOC AND NOT DD_WORKER_SANITIZE)
    find_library(JEMALLOC_LIBRARY jemalloc)
    if(JEMALLOC_LIBRARY)
      # Nothing names a symbol of it: it takes malloc's place.
      target_link_options(${target} PRIVATE -Wl,--no-as-needed ${JEMALLOC_LIBRARY} -Wl,--as-needed)
    endif()
  endif()
endfunction()
