// SPDX-License-Identifier: MIT
#include "media/rtp_fbs.hpp"

#include <gtest/gtest.h>

#include "rtp/router_capabilities.hpp"
#include "rtp/testing/samples.hpp"

namespace dd::media {
namespace {

class RtpFbs : public ::testing::Test {
 protected:
  const FBS::RtpParameters::RtpParameters* encoded(const rtp::Parameters& parameters) {
    builder_.Clear();
    builder_.Finish(encode_rtp_parameters(builder_, parameters));
    flatbuffers::Verifier verifier(builder_.GetBufferPointer(), builder_.GetSize());
    EXPECT_TRUE(verifier.VerifyBuffer<FBS::RtpParameters::RtpParameters>(nullptr));
    return flatbuffers::GetRoot<FBS::RtpParameters::RtpParameters>(builder_.GetBufferPointer());
  }

  flatbuffers::FlatBufferBuilder builder_;
};

TEST_F(RtpFbs, CodecsKeepTheirParametersAndFeedback) {
  const auto* parameters = encoded(rtp::testing::vp8_sender());
  EXPECT_EQ(parameters->mid()->str(), "0");
  ASSERT_EQ(parameters->codecs()->size(), 2u);
  const auto* vp8 = parameters->codecs()->Get(0);
  EXPECT_EQ(vp8->mimeType()->str(), "video/VP8");
  EXPECT_EQ(vp8->payloadType(), 120);
  EXPECT_EQ(vp8->clockRate(), 90000u);
  EXPECT_FALSE(vp8->channels().has_value());
  EXPECT_EQ(vp8->rtcpFeedback()->size(), 5u);
  EXPECT_EQ(vp8->rtcpFeedback()->Get(0)->parameter(), nullptr);
  EXPECT_EQ(vp8->rtcpFeedback()->Get(2)->parameter()->str(), "fir");
  const auto* apt = parameters->codecs()->Get(1)->parameters()->Get(0);
  EXPECT_EQ(apt->name()->str(), "apt");
  EXPECT_EQ(apt->value_as_Integer32()->value(), 120);
}

TEST_F(RtpFbs, ParameterValuesKeepTheirKind) {
  rtp::Parameters sender = rtp::testing::opus_sender();
  sender.codecs[0].parameters = {{"a", true}, {"b", std::int64_t{-5}}, {"c", 0.5}, {"d", "text"}, {"e", std::int64_t{1} << 40}};
  const auto* list = encoded(sender)->codecs()->Get(0)->parameters();
  EXPECT_EQ(list->Get(0)->value_as_Boolean()->value(), 1);
  EXPECT_EQ(list->Get(1)->value_as_Integer32()->value(), -5);
  EXPECT_EQ(list->Get(2)->value_as_Double()->value(), 0.5);
  EXPECT_EQ(list->Get(3)->value_as_String()->value()->str(), "text");
  EXPECT_EQ(list->Get(4)->value_as_Double()->value(), 1099511627776.0) << "above 32 bits";
}

TEST_F(RtpFbs, HeaderExtensionsTheWorkerDoesNotKnowAreLeftOut) {
  rtp::Parameters sender = rtp::testing::vp8_sender();
  sender.header_extensions.insert(sender.header_extensions.begin(), {"urn:x-unknown", 3, false, {}});
  sender.header_extensions.push_back({std::string(rtp::kPlayoutDelayUri), 300, false, {}});
  const auto* list = encoded(sender)->headerExtensions();
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ(list->Get(0)->uri(), FBS::RtpParameters::RtpHeaderExtensionUri::Mid);
  EXPECT_EQ(list->Get(0)->id(), 4);
  EXPECT_EQ(list->Get(1)->uri(), FBS::RtpParameters::RtpHeaderExtensionUri::AbsSendTime);
}

TEST_F(RtpFbs, EveryHeaderExtensionOfTheRouterHasAWord) {
  for (const auto& extension : rtp::router_capabilities().header_extensions) {
    EXPECT_TRUE(encode_header_extension_uri(extension.uri)) << extension.uri;
  }
  EXPECT_FALSE(encode_header_extension_uri(""));
}

TEST_F(RtpFbs, AbsentMembersOfAnEncodingStayAbsent) {
  rtp::Parameters sender = rtp::testing::simulcast_sender();
  sender.encodings[1] = {};
  sender.encodings[1].rid = "";
  const auto* parameters = encoded(sender);
  const auto* full = parameters->encodings()->Get(0);
  EXPECT_EQ(full->rid()->str(), "r0");
  EXPECT_EQ(full->scalabilityMode()->str(), "L1T3");
  EXPECT_EQ(full->maxBitrate(), 150'000u);
  const auto* empty = parameters->encodings()->Get(1);
  EXPECT_FALSE(empty->ssrc().has_value());
  EXPECT_EQ(empty->rid(), nullptr) << "an empty text would be a RID to the worker";
  EXPECT_EQ(empty->rtx(), nullptr);
  EXPECT_FALSE(empty->codecPayloadType().has_value());
  EXPECT_FALSE(empty->maxBitrate().has_value());
  EXPECT_EQ(parameters->rtcp()->cname()->str(), "alice");
  EXPECT_TRUE(parameters->rtcp()->reducedSize());
  EXPECT_EQ(parameters->msid(), nullptr);
}

TEST_F(RtpFbs, TheMappingNamesBothSides) {
  const rtp::Mapping mapping{{{120, 96}, {121, 100}}, {{1111, std::nullopt, 7}, {std::nullopt, "h", 8}}};
  builder_.Finish(encode_rtp_mapping(builder_, mapping));
  const auto* encoded = flatbuffers::GetRoot<FBS::RtpParameters::RtpMapping>(builder_.GetBufferPointer());
  EXPECT_EQ(encoded->codecs()->Get(1)->payloadType(), 121);
  EXPECT_EQ(encoded->codecs()->Get(1)->mappedPayloadType(), 100);
  EXPECT_EQ(encoded->encodings()->Get(0)->ssrc(), 1111u);
  EXPECT_EQ(encoded->encodings()->Get(0)->rid(), nullptr);
  EXPECT_FALSE(encoded->encodings()->Get(1)->ssrc().has_value());
  EXPECT_EQ(encoded->encodings()->Get(1)->rid()->str(), "h");
  EXPECT_EQ(encoded->encodings()->Get(1)->mappedSsrc(), 8u);
}

TEST_F(RtpFbs, ZeroRetransmissionsAreNotAbsent) {
  rtp::SctpStreamParameters stream;
  stream.stream_id = 3;
  stream.ordered = false;
  stream.max_retransmits = 0;
  builder_.Finish(encode_sctp_stream_parameters(builder_, stream));
  const auto* encoded = flatbuffers::GetRoot<FBS::SctpParameters::SctpStreamParameters>(builder_.GetBufferPointer());
  EXPECT_EQ(encoded->streamId(), 3);
  EXPECT_EQ(encoded->ordered(), false);
  EXPECT_EQ(encoded->maxRetransmits(), 0);
  EXPECT_FALSE(encoded->maxPacketLifeTime().has_value());
}

TEST_F(RtpFbs, TypesOfProducersGoThereAndBack) {
  for (const auto type : {rtp::ProducerType::kSimple, rtp::ProducerType::kSimulcast, rtp::ProducerType::kSvc}) {
    EXPECT_EQ(decode_producer_type(encode_producer_type(type)), type);
  }
  EXPECT_FALSE(decode_producer_type(FBS::RtpParameters::Type::PIPE));
}

}  // namespace
}  // namespace dd::media
