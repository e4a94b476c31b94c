// SPDX-License-Identifier: MIT
#include "api/openapi.hpp"

namespace dd::api {

// JSON Schema 2020-12, as OpenAPI 3.1 wants it. Members that a request ignores (the reference's, unused here) are left out
// unless a reader of the reference's documents would look for them.
std::string_view openapi_schemas() {
  return R"json({
"Error": {"type": "object", "required": ["error"], "properties": {"error": {"type": "object", "required": ["code", "message"], "properties": {
  "code": {"type": "string", "enum": ["invalid_argument", "unauthenticated", "forbidden", "not_found", "method_not_allowed", "conflict", "gone",
    "payload_too_large", "too_many_requests", "internal", "unavailable", "deadline_exceeded", "bad_request", "request_timeout", "header_too_large",
    "range_not_satisfiable"]},
  "message": {"type": "string"},
  "field": {"type": "string", "description": "JSON path of the input at fault"}}}}},
"Id": {"type": "string", "pattern": "^[A-Za-z0-9_.:@-]{1,64}$"},
"IdList": {"type": ["array", "null"], "items": {"type": ["string", "null"]}, "description": "null and empty strings in it are skipped"},
"ApplicationKind": {"type": "string", "description": "audio, video or screenshare, in any case; remembered as written", "examples": ["audio", "video", "screenshare"]},
"Response": {"type": "object", "required": ["response"], "properties": {"response": {"type": "string"}}},
"Ids": {"type": "array", "items": {"type": "string"}},
"Welcome": {"type": "object", "properties": {"message": {"type": "string"}}},
"Health": {"type": "object", "properties": {"status": {"const": "ok"}}},
"Readiness": {"type": "object", "required": ["status", "reasons"], "properties": {"status": {"enum": ["ready", "not ready"]}, "reasons": {"type": "array", "items": {"type": "string"}}}},
"OpenApiDocument": {"type": "object"},
"Server": {"type": "object", "properties": {
  "version": {"type": "string"}, "containerId": {"type": "string"}, "tenant": {"type": "string"}, "draining": {"type": "boolean"}, "storeAvailable": {"type": "boolean"},
  "workers": {"type": "array", "items": {"type": "object", "properties": {"workerId": {"type": "string"}, "alive": {"type": "boolean"}, "restarts": {"type": "integer"},
    "pid": {"type": "integer"}, "routers": {"type": "integer"}, "transports": {"type": "integer"}, "consumers": {"type": "integer"},
    "busyPercent": {"type": "integer", "description": "of a core in the last second, waiting for it included"},
    "overload": {"enum": ["none", "lowering", "refusing_video", "refusing_all"]}}}},
  "meetings": {"type": "integer"}, "participants": {"type": "integer"}, "transports": {"type": "integer"}, "producers": {"type": "integer"},
  "consumers": {"type": "integer"}, "dataProducers": {"type": "integer"}, "dataConsumers": {"type": "integer"}}},
"RouterDetails": {"type": "object", "required": ["routerCapacity", "workerId"], "properties": {
  "routerCapacity": {"type": "integer", "minimum": 0, "maximum": 2147483647}, "workerId": {"$ref": "#/components/schemas/Id"}}},
"CreateMeeting": {"type": "object", "required": ["meetingId", "containerId"], "description": "routers, or at least one entry in the two lists",
  "properties": {"meetingId": {"$ref": "#/components/schemas/Id"}, "containerId": {"$ref": "#/components/schemas/Id"},
  "routers": {"$ref": "#/components/schemas/RouterDetails"}, "tenant": {"$ref": "#/components/schemas/Tenant"},
  "producerRouterDetails": {"type": "array", "items": {"$ref": "#/components/schemas/RouterDetails"}},
  "consumerRouterDetails": {"type": "array", "items": {"$ref": "#/components/schemas/RouterDetails"}}}},
"Tenant": {"type": "string", "maxLength": 64, "description": "whose meeting it is, which is where its recordings go; the server's own by default"},
"ReplaceMeetings": {"type": "object", "required": ["replaceMeetingRequests"], "properties": {"replaceMeetingRequests": {"type": "array", "items": {
  "type": "object", "required": ["meetingId", "oldContainerId", "newContainerId"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "oldContainerId": {"$ref": "#/components/schemas/Id"}, "newContainerId": {"$ref": "#/components/schemas/Id"},
  "routers": {"$ref": "#/components/schemas/RouterDetails"}, "tenant": {"$ref": "#/components/schemas/Tenant"},
  "producerRouterDetails": {"type": "array", "items": {"$ref": "#/components/schemas/RouterDetails"}},
  "consumerRouterDetails": {"type": "array", "items": {"$ref": "#/components/schemas/RouterDetails"}}}}}}},
"AddRouters": {"type": "object", "required": ["meetingId", "routers"], "properties": {"meetingId": {"$ref": "#/components/schemas/Id"},
  "routers": {"type": "array", "items": {"$ref": "#/components/schemas/RouterDetails"}}}},
"ReplaceMeetingsAnswer": {"const": "created the required routers"},
"EndMeeting": {"type": "object", "required": ["meetingId"], "properties": {"meetingId": {"$ref": "#/components/schemas/Id"},
  "routerIds": {"$ref": "#/components/schemas/IdList"}, "transportIds": {"$ref": "#/components/schemas/IdList"}, "producerIds": {"$ref": "#/components/schemas/IdList"},
  "consumerIds": {"$ref": "#/components/schemas/IdList"}, "participantIds": {"$ref": "#/components/schemas/IdList"}}},
"JoinMeeting": {"type": "object", "required": ["meetingId", "participantId", "instanceId", "producerRouterId", "consumerRouterId"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}, "instanceId": {"$ref": "#/components/schemas/Id"},
  "producerRouterId": {"$ref": "#/components/schemas/Id"}, "consumerRouterId": {"$ref": "#/components/schemas/Id"}}},
"GetRtpCapabilities": {"type": "object", "required": ["meetingId", "producerRouterId", "consumerRouterId"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "producerRouterId": {"$ref": "#/components/schemas/Id"}, "consumerRouterId": {"$ref": "#/components/schemas/Id"}}},
"PreMeetingDetails": {"type": "object", "required": ["meetingId", "participantId", "producerRouterId", "consumerRouterId"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"},
  "producerRouterId": {"$ref": "#/components/schemas/Id"}, "consumerRouterId": {"$ref": "#/components/schemas/Id"}}},
"GetProducersOfMeeting": {"type": "object", "required": ["meetingId"], "properties": {"meetingId": {"$ref": "#/components/schemas/Id"}}},
"Capabilities": {"type": "object", "properties": {"producerRtpCapabilities": {"$ref": "#/components/schemas/RtpCapabilities"}, "consumerRtpCapabilities": {"$ref": "#/components/schemas/RtpCapabilities"}}},
"CapabilitiesAndProducers": {"type": "object", "properties": {"producerRtpCapabilities": {"$ref": "#/components/schemas/RtpCapabilities"},
  "consumerRtpCapabilities": {"$ref": "#/components/schemas/RtpCapabilities"}, "producerDetails": {"type": "array", "items": {"$ref": "#/components/schemas/ProducerDetail"}}}},
"ProducerDetail": {"type": "object", "required": ["producerId", "participantId", "kind"], "properties": {
  "producerId": {"type": "string"}, "participantId": {"type": "string"}, "kind": {"$ref": "#/components/schemas/ApplicationKind"}}},
"Routers": {"type": "object", "required": ["routers"], "properties": {"routers": {"$ref": "#/components/schemas/RouterList"}}},
"RouterList": {"type": "array", "items": {"type": "object", "properties": {
  "routerId": {"type": "string"}, "workerId": {"type": "string"}, "role": {"enum": ["producer", "consumer", "both"]}, "capacity": {"type": "integer"}}}},
"ParticipantRef": {"type": "object", "required": ["meetingId", "participantId"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}}},
"OwnProducers": {"type": "array", "items": {"type": "object", "properties": {"producerId": {"type": "string"}, "kind": {"$ref": "#/components/schemas/ApplicationKind"}, "paused": {"type": "boolean"}}}},
"OwnDataProducers": {"type": "array", "items": {"type": "object", "properties": {"dataProducerId": {"type": "string"}, "label": {"type": "string"}}}},
"Meeting": {"type": "object", "required": ["meetingId", "tenant", "routers", "participants"], "properties": {"meetingId": {"type": "string"}, "tenant": {"type": "string"},
  "routers": {"$ref": "#/components/schemas/RouterList"}, "participants": {"type": "array", "items": {"type": "object", "properties": {"participantId": {"type": "string"}, "instanceId": {"type": "string"},
    "name": {"type": "string"}, "producers": {"$ref": "#/components/schemas/OwnProducers"}, "dataProducers": {"$ref": "#/components/schemas/OwnDataProducers"}}}}}},
"Participant": {"type": "object", "required": ["participantId", "instanceId"], "properties": {"participantId": {"type": "string"}, "instanceId": {"type": "string"}, "name": {"type": "string"},
  "producerTransportId": {"type": "string", "description": "empty: there is none"}, "consumerTransportId": {"type": "string"}, "producers": {"$ref": "#/components/schemas/OwnProducers"},
  "consumers": {"type": "array", "items": {"type": "object", "properties": {"consumerId": {"type": "string"}, "producerId": {"type": "string"}, "targetParticipantId": {"type": "string"},
    "kind": {"$ref": "#/components/schemas/ApplicationKind"}, "paused": {"type": "boolean", "description": "by its owner"}}}}, "dataProducers": {"$ref": "#/components/schemas/OwnDataProducers"}}},
"ProducerDetails": {"type": "object", "required": ["producerDetails"], "properties": {"producerDetails": {"type": "array", "items": {"$ref": "#/components/schemas/ProducerDetail"}}}},
"RtcpFeedback": {"type": "object", "required": ["type"], "properties": {"type": {"type": "string"}, "parameter": {"type": "string"}}},
"CodecCapability": {"type": "object", "required": ["kind", "mimeType", "clockRate"], "properties": {"kind": {"enum": ["audio", "video"]}, "mimeType": {"type": "string"},
  "preferredPayloadType": {"type": "integer"}, "clockRate": {"type": "integer"}, "channels": {"type": "integer"}, "parameters": {"type": "object"},
  "rtcpFeedback": {"type": "array", "items": {"$ref": "#/components/schemas/RtcpFeedback"}}}},
"RtpCapabilities": {"type": "object", "required": ["codecs", "headerExtensions"], "properties": {"codecs": {"type": "array", "items": {"$ref": "#/components/schemas/CodecCapability"}},
  "headerExtensions": {"type": "array", "items": {"type": "object", "required": ["kind", "uri", "preferredId"], "properties": {"kind": {"enum": ["audio", "video"]}, "uri": {"type": "string"},
  "preferredId": {"type": "integer"}, "preferredEncrypt": {"type": "boolean"}, "direction": {"enum": ["sendrecv", "sendonly", "recvonly", "inactive"]}}}}}},
"RtpParameters": {"type": "object", "required": ["codecs"], "properties": {"mid": {"type": "string"},
  "codecs": {"type": "array", "items": {"type": "object", "required": ["mimeType", "payloadType", "clockRate"], "properties": {"mimeType": {"type": "string"}, "payloadType": {"type": "integer"},
    "clockRate": {"type": "integer"}, "channels": {"type": "integer"}, "parameters": {"type": "object"}, "rtcpFeedback": {"type": "array", "items": {"$ref": "#/components/schemas/RtcpFeedback"}}}}},
  "headerExtensions": {"type": "array", "items": {"type": "object", "required": ["uri", "id"], "properties": {"uri": {"type": "string"}, "id": {"type": "integer"}, "encrypt": {"type": "boolean"}, "parameters": {"type": "object"}}}},
  "encodings": {"type": "array", "items": {"type": "object", "properties": {"ssrc": {"type": "integer"}, "rid": {"type": "string"}, "codecPayloadType": {"type": "integer"},
    "rtx": {"type": "object", "properties": {"ssrc": {"type": "integer"}}}, "dtx": {"type": "boolean"}, "scalabilityMode": {"type": "string"}, "maxBitrate": {"type": "integer"}}}},
  "rtcp": {"type": "object", "properties": {"cname": {"type": "string"}, "reducedSize": {"type": "boolean"}}}}},
)json"
         R"json("DtlsParameters": {"type": "object", "required": ["role", "fingerprints"], "properties": {"role": {"enum": ["auto", "client", "server"]},
  "fingerprints": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["algorithm", "value"], "additionalProperties": false, "properties": {
    "algorithm": {"enum": ["sha-1", "sha-224", "sha-256", "sha-384", "sha-512"]}, "value": {"type": "string", "description": "hexadecimal pairs with colons, as many as the algorithm has bytes"}}}}}},
"IceParameters": {"type": "object", "properties": {"usernameFragment": {"type": "string"}, "password": {"type": "string"}, "iceLite": {"type": "boolean"}}},
"IceCandidate": {"type": "object", "properties": {"foundation": {"type": "string"}, "priority": {"type": "integer"}, "address": {"type": "string"},
  "protocol": {"enum": ["udp", "tcp"]}, "port": {"type": "integer"}, "type": {"type": "string"}, "tcpType": {"type": "string", "description": "TCP candidates only"}}},
"TransportOptions": {"type": "object", "properties": {"id": {"type": "string"}, "dtlsParameters": {"$ref": "#/components/schemas/DtlsParameters"},
  "iceCandidates": {"type": "array", "items": {"$ref": "#/components/schemas/IceCandidate"}}, "iceParameters": {"$ref": "#/components/schemas/IceParameters"},
  "sctpParameters": {"type": "object", "properties": {"port": {"type": "integer"}, "OS": {"type": "integer"}, "MIS": {"type": "integer"}, "maxMessageSize": {"type": "integer"}}}}},
"RecreateTransport": {"type": "object", "required": ["meetingId", "participantId", "instanceId", "routerId"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}, "instanceId": {"$ref": "#/components/schemas/Id"}, "routerId": {"$ref": "#/components/schemas/Id"},
  "oldProducerTransportId": {"type": ["string", "null"]}, "oldConsumerTransportId": {"type": ["string", "null"]},
  "oldProducerIds": {"$ref": "#/components/schemas/IdList"}, "oldConsumerIds": {"$ref": "#/components/schemas/IdList"},
  "forceNew": {"type": "boolean", "description": "replace a living transport of the same instance too"}, "tcpOnly": {"type": "boolean", "description": "offer only the TCP candidate"},
  "name": {"type": "string", "maxLength": 128, "description": "the participant's, for people to read: under pictures in recordings"}}},
"RecreatedProducerTransport": {"type": "object", "properties": {"transportOptions": {"$ref": "#/components/schemas/TransportOptions"},
  "closedProducerDetails": {"type": "array", "items": {"$ref": "#/components/schemas/ProducerDetail"}}}},
"RecreatedConsumerTransport": {"type": "object", "properties": {"transportOptions": {"$ref": "#/components/schemas/TransportOptions"},
  "producerDetails": {"type": "array", "items": {"$ref": "#/components/schemas/ProducerDetail"}}, "closedProducerDetails": {"type": "array", "items": {"$ref": "#/components/schemas/ProducerDetail"}}}},
"ConnectTransport": {"type": "object", "required": ["participantId", "transportId", "dtlsParameters"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}, "transportId": {"$ref": "#/components/schemas/Id"}, "dtlsParameters": {"$ref": "#/components/schemas/DtlsParameters"}}},
"RestartIce": {"type": "object", "required": ["participantId", "transportIds"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}, "transportIds": {"$ref": "#/components/schemas/IdList"}}},
"RestartIceAnswer": {"type": "object", "properties": {"result": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/IceParameters"}}}},
"CreateProducer": {"type": "object", "required": ["meetingId", "participantId", "instanceId", "producerTransportId", "kind", "rtpParameters"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}, "instanceId": {"$ref": "#/components/schemas/Id"},
  "producerRouterId": {"$ref": "#/components/schemas/Id"}, "producerTransportId": {"$ref": "#/components/schemas/Id"}, "kind": {"$ref": "#/components/schemas/ApplicationKind"},
  "rtpParameters": {"$ref": "#/components/schemas/RtpParameters"}, "consumerRouterIds": {"$ref": "#/components/schemas/IdList"}, "startRecording": {"type": "boolean"}, "paused": {"type": "boolean"},
  "maxBitrate": {"type": "integer", "minimum": 1, "maximum": 2147483647, "description": "bits a second; a producer that goes on sending more is paused by the server"}}},
"Producers": {"type": "object", "required": ["meetingId", "participantId", "producerKindMap"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"},
  "producerKindMap": {"type": "object", "description": "producer id to kind", "additionalProperties": {"type": "string"}}, "recordingEnabled": {"type": "boolean"}}},
"CreateConsumer": {"type": "object", "required": ["meetingId", "participantId", "instanceId", "transportId", "rtpCapabilities", "targetParticipants"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}, "instanceId": {"$ref": "#/components/schemas/Id"}, "transportId": {"$ref": "#/components/schemas/Id"},
  "rtpCapabilities": {"$ref": "#/components/schemas/RtpCapabilities"}, "targetParticipants": {"type": "object", "description": "participant id to (kind to producer id)",
  "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}}}, "paused": {"type": "boolean"}}},
"ConsumerDetails": {"type": "object", "properties": {"consumerDetails": {"type": "array", "items": {"type": "object", "properties": {"consumerId": {"type": "string"}, "producerId": {"type": "string"},
  "targetParticipantId": {"type": "string"}, "kind": {"$ref": "#/components/schemas/ApplicationKind"}, "rtpParameters": {"$ref": "#/components/schemas/RtpParameters"},
  "type": {"enum": ["simple", "simulcast", "svc"]}, "producerPaused": {"type": "boolean"}}}}}},
"Consumers": {"type": "object", "required": ["meetingId", "participantId"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}, "consumerIds": {"$ref": "#/components/schemas/IdList"}}},
"LeaveMeeting": {"type": "object", "required": ["meetingId", "participantId", "instanceId"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}, "instanceId": {"$ref": "#/components/schemas/Id"},
  "producerTransportId": {"type": ["string", "null"]}, "consumerTransportId": {"type": ["string", "null"]}, "producerIds": {"$ref": "#/components/schemas/IdList"}, "consumerIds": {"$ref": "#/components/schemas/IdList"}}},
"LeaveAnswer": {"type": "object", "properties": {"response": {"type": "string"}, "sendSignal": {"type": "boolean"}}},
"ParticipantQuery": {"type": "object", "required": ["participantId"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}, "transportIds": {"$ref": "#/components/schemas/IdList"}}},
"ConsumerRef": {"type": "object", "required": ["meetingId", "participantId", "consumerId"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}, "consumerId": {"$ref": "#/components/schemas/Id"}}},
"ProducerRef": {"type": "object", "required": ["meetingId", "participantId", "producerId"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}, "producerId": {"$ref": "#/components/schemas/Id"}}},
"TransportRef": {"type": "object", "required": ["meetingId", "participantId", "transportId"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}, "transportId": {"$ref": "#/components/schemas/Id"}}},
"SetPreferredLayers": {"type": "object", "required": ["meetingId", "participantId", "consumerId", "spatialLayer"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}, "consumerId": {"$ref": "#/components/schemas/Id"},
  "spatialLayer": {"type": "integer", "minimum": 0, "maximum": 255}, "temporalLayer": {"type": "integer", "minimum": 0, "maximum": 255}}},
"PreferredLayers": {"type": "object", "properties": {"preferredLayers": {"type": ["object", "null"], "properties": {"spatialLayer": {"type": "integer"}, "temporalLayer": {"type": "integer"}}}}},
"SetConsumerPriority": {"type": "object", "required": ["meetingId", "participantId", "consumerId", "priority"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}, "consumerId": {"$ref": "#/components/schemas/Id"}, "priority": {"type": "integer", "minimum": 1, "maximum": 255}}},
"ConsumerPriority": {"type": "object", "properties": {"priority": {"type": "integer"}}},
"Stats": {"type": "object", "properties": {"stats": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": ["boolean", "number", "string"]}}}}},
"SctpStreamParameters": {"type": "object", "required": ["streamId"], "properties": {"streamId": {"type": "integer", "minimum": 0, "maximum": 65535}, "ordered": {"type": "boolean"},
  "maxPacketLifeTime": {"type": "integer"}, "maxRetransmits": {"type": "integer"}}},
"CreateDataProducer": {"type": "object", "required": ["meetingId", "participantId", "transportId", "sctpStreamParameters"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}, "transportId": {"$ref": "#/components/schemas/Id"},
  "sctpStreamParameters": {"$ref": "#/components/schemas/SctpStreamParameters"}, "label": {"type": "string", "maxLength": 255}, "protocol": {"type": "string", "maxLength": 255}}},
"DataProducerAnswer": {"type": "object", "properties": {"dataProducerId": {"type": "string"}}},
"CreateDataConsumer": {"type": "object", "required": ["meetingId", "participantId", "transportId", "dataProducerId"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}, "transportId": {"$ref": "#/components/schemas/Id"}, "dataProducerId": {"$ref": "#/components/schemas/Id"}}},
"DataConsumerAnswer": {"type": "object", "properties": {"dataConsumerId": {"type": "string"}, "dataProducerId": {"type": "string"},
  "sctpStreamParameters": {"$ref": "#/components/schemas/SctpStreamParameters"}, "label": {"type": "string"}, "protocol": {"type": "string"}}},
"CloseData": {"type": "object", "required": ["meetingId", "participantId"], "properties": {
  "meetingId": {"$ref": "#/components/schemas/Id"}, "participantId": {"$ref": "#/components/schemas/Id"}, "dataProducerIds": {"$ref": "#/components/schemas/IdList"}, "dataConsumerIds": {"$ref": "#/components/schemas/IdList"}}},
"Layout": {"type": "string", "enum": ["grid", "speaker", "presentation"]},
"ProgrammeFormat": {"type": "string", "enum": ["mp4", "webm", "hls"]},
"StartRecording": {"type": "object", "required": ["meetingId"], "properties": {"meetingId": {"$ref": "#/components/schemas/Id"},
  "modes": {"type": "array", "items": {"type": "string", "enum": ["track", "participant", "composite"]}, "default": ["track", "participant"]},
  "layout": {"$ref": "#/components/schemas/Layout"}, "fill": {"type": "string", "enum": ["black", "freeze", "image"], "default": "black"},
  "composite": {"type": "object", "properties": {"layout": {"$ref": "#/components/schemas/Layout"},
    "width": {"type": "integer", "minimum": 160, "maximum": 1920, "default": 1280, "description": "even"},
    "height": {"type": "integer", "minimum": 160, "maximum": 1920, "default": 720, "description": "even; at most 1920 x 1080 pixels in all"},
    "fps": {"type": "integer", "minimum": 15, "maximum": 30, "default": 25}, "format": {"$ref": "#/components/schemas/ProgrammeFormat"},
    "live": {"type": "boolean", "default": false, "description": "make it while the meeting runs, too"}}}}},
"RecordingStarted": {"type": "object", "required": ["recordingId", "alreadyRunning"], "properties": {"recordingId": {"type": "string"}, "alreadyRunning": {"type": "boolean"}}},
"RecordingOfMeeting": {"type": "object", "required": ["meetingId"], "properties": {"meetingId": {"$ref": "#/components/schemas/Id"}}},
"UpdateRecording": {"type": "object", "required": ["meetingId", "layout"], "properties": {"meetingId": {"$ref": "#/components/schemas/Id"}, "layout": {"$ref": "#/components/schemas/Layout"}}},
"RecordingRef": {"type": "object", "required": ["recordingId"], "properties": {"recordingId": {"type": "string"}}},
"RecordingSummary": {"type": "object", "required": ["recordingId", "meetingId", "state"], "properties": {"recordingId": {"type": "string"}, "meetingId": {"type": "string"},
  "tenant": {"type": "string"}, "state": {"enum": ["recording", "interrupted", "complete"]}, "started": {"type": "string", "format": "date-time"},
  "durationUs": {"type": "integer"}, "bytes": {"type": "integer"}, "participants": {"type": "integer"}, "tracks": {"type": "integer"}, "outputs": {"type": "integer"},
  "upload": {"enum": ["none", "waiting", "done"]}, "local": {"type": "boolean", "description": "the media files are still on this server's disk"}}},
"Recordings": {"type": "object", "required": ["recordings", "next"], "properties": {"recordings": {"type": "array", "items": {"$ref": "#/components/schemas/RecordingSummary"}},
  "next": {"type": ["string", "null"], "description": "cursor of the next page"}}},
"RecordingStorage": {"type": "object", "required": ["root", "tenants"], "properties": {"root": {"type": "string", "description": "which disk; the same of servers that share it"},
  "tenants": {"type": "array", "items": {"type": "object", "required": ["tenant", "bytes", "recordings"], "properties": {"tenant": {"type": "string"},
    "bytes": {"type": "integer", "description": "also of files that are only in a bucket now"}, "recordings": {"type": "integer"}}}}}},
"RecordingDetails": {"allOf": [{"$ref": "#/components/schemas/RecordingSummary"}, {"type": "object", "required": ["files", "jobs"], "properties": {
  "files": {"type": "array", "items": {"type": "object", "required": ["file", "bytes", "local"], "properties": {"file": {"type": "string"}, "bytes": {"type": "integer"},
    "sha256": {"type": "string"}, "key": {"type": "string", "description": "in the bucket, once it is there and checked"}, "local": {"type": "boolean"}}}},
  "jobs": {"type": "array", "items": {"type": "object", "required": ["jobId", "kind", "state", "percent"], "properties": {"jobId": {"type": "string"},
    "kind": {"enum": ["finish", "compose"], "description": "checksums and the participants' files, or a programme"},
    "layout": {"enum": ["grid", "speaker", "presentation", "timeline"], "description": "of a programme; timeline: as it was changed while the meeting ran"},
    "state": {"enum": ["waiting", "running", "done", "failed"]}, "percent": {"type": "number"}, "speed": {"type": "number", "description": "times real time"},
    "etaSeconds": {"type": ["integer", "null"]}, "file": {"type": "string", "description": "of a programme: where it is when the state is done"}, "failure": {"type": "string"}}}}}}]},
"RecordingManifest": {"type": "object"},
"ComposeRecording": {"type": "object", "properties": {"layout": {"$ref": "#/components/schemas/Layout"},
  "width": {"type": "integer", "minimum": 160, "maximum": 1920, "default": 1280}, "height": {"type": "integer", "minimum": 160, "maximum": 1920, "default": 720},
  "fps": {"type": "integer", "minimum": 15, "maximum": 30, "default": 25}, "format": {"$ref": "#/components/schemas/ProgrammeFormat"},
  "fromUs": {"type": "integer", "minimum": 0}, "toUs": {"type": "integer", "minimum": 1}}},
"RecordingJob": {"type": "object", "required": ["jobId"], "properties": {"jobId": {"type": "string"}}}
})json";
}

}  // namespace dd::api
