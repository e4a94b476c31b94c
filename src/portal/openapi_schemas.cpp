// SPDX-License-Identifier: MIT
#include "portal/openapi.hpp"

namespace dd::portal {

// JSON Schema 2020-12, as OpenAPI 3.1 wants it. What the media API describes (RTP, DTLS, transports) is an object here; its document,
// on port 3001, has the members.
std::string_view openapi_schemas() {
  return R"json({
"Error": {"type": "object", "required": ["error"], "properties": {"error": {"type": "object", "required": ["code", "message"], "properties": {
  "code": {"type": "string"}, "message": {"type": "string"}, "field": {"type": "string"}, "reason": {"type": "string"}}}}},
"KendraError": {"type": "object", "required": ["message"], "properties": {
  "message": {"type": "string"}, "code": {"type": "string"}, "field": {"type": "string"}, "reason": {"type": "string"}}},
"KendraMeeting": {"type": "object", "required": ["meeting_id", "tenant"], "properties": {"meeting_id": {"type": "string"}, "tenant": {"type": "string"}}},
"KendraParticipant": {"type": "object", "required": ["meeting_id", "tenant", "participant_id"], "properties": {
  "meeting_id": {"type": "string"}, "tenant": {"type": "string"}, "participant_id": {"type": "string"}}},
"KendraInstance": {"type": "object", "required": ["meeting_id", "tenant", "participant_id", "instance_id"], "properties": {
  "meeting_id": {"type": "string"}, "tenant": {"type": "string"}, "participant_id": {"type": "string"}, "instance_id": {"type": "string"}}},
"KendraCreateMeeting": {"type": "object", "required": ["meeting_id", "tenant"], "description": "producer and consumer capacity, or meeting_capacity", "properties": {
  "meeting_id": {"type": "string"}, "tenant": {"type": "string"}, "producer_meeting_capacity": {"type": "integer", "minimum": 0, "maximum": 10000},
  "consumer_meeting_capacity": {"type": "integer", "minimum": 0, "maximum": 10000}, "meeting_capacity": {"type": "integer", "minimum": 0, "maximum": 10000}}},
"KendraConnect": {"type": "object", "required": ["meeting_id", "tenant", "participant_id", "dtls_parameters"], "properties": {
  "meeting_id": {"type": "string"}, "tenant": {"type": "string"}, "participant_id": {"type": "string"}, "dtls_parameters": {"type": "object"}}},
"KendraCreateProducer": {"type": "object", "required": ["meeting_id", "tenant", "participant_id", "instance_id", "kind", "rtp_parameters"], "properties": {
  "meeting_id": {"type": "string"}, "tenant": {"type": "string"}, "participant_id": {"type": "string"}, "instance_id": {"type": "string"},
  "kind": {"type": "string"}, "rtp_parameters": {"type": "object"}, "start_recording": {"type": "boolean"}}},
"KendraKinds": {"type": "object", "required": ["meeting_id", "tenant", "participant_id", "kinds"], "properties": {
  "meeting_id": {"type": "string"}, "tenant": {"type": "string"}, "participant_id": {"type": "string"},
  "kinds": {"type": "array", "items": {"type": "string"}}, "recording_enabled": {"type": "boolean"}}},
"KendraCreateConsumer": {"type": "object", "required": ["meeting_id", "tenant", "participant_id", "instance_id", "rtp_capabilities", "target_participants"], "properties": {
  "meeting_id": {"type": "string"}, "tenant": {"type": "string"}, "participant_id": {"type": "string"}, "instance_id": {"type": "string"},
  "rtp_capabilities": {"type": "object"}, "target_participants": {"$ref": "#/components/schemas/KendraTargetMap"}}},
"KendraTargets": {"type": "object", "required": ["meeting_id", "tenant", "participant_id", "target_participants"], "properties": {
  "meeting_id": {"type": "string"}, "tenant": {"type": "string"}, "participant_id": {"type": "string"},
  "target_participants": {"$ref": "#/components/schemas/KendraTargetMap"}}},
"KendraTargetMap": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}, "description": "participant id to kinds"},
"KendraResponse": {"type": "object", "properties": {"response": {"type": "string"}}},
"KendraCapabilities": {"type": "object", "properties": {"producerRtpCapabilities": {"type": "object"}, "consumerRtpCapabilities": {"type": "object"},
  "producerDetails": {"type": "array", "items": {"$ref": "#/components/schemas/KendraProducer"}}}},
"KendraProducer": {"type": "object", "properties": {"producerId": {"type": "string"}, "participantId": {"type": "string"}, "kind": {"type": "string"}}},
"KendraProducers": {"type": "object", "properties": {"producerDetails": {"type": "array", "items": {"$ref": "#/components/schemas/KendraProducer"}}}},
"KendraContainer": {"type": "object", "properties": {"meeting_id": {"type": "string"}, "container_id": {"type": "string"}}},
"KendraTransport": {"type": "object", "properties": {"id": {"type": "string"}, "iceParameters": {"type": "object"},
  "iceCandidates": {"type": "array", "items": {"type": "object"}}, "dtlsParameters": {"type": "object"}, "sctpParameters": {"type": "object"}}},
"KendraConsumerTransport": {"type": "object", "properties": {"transportOptions": {"$ref": "#/components/schemas/KendraTransport"},
  "producerDetails": {"type": "array", "items": {"$ref": "#/components/schemas/KendraProducer"}}}},
"KendraIce": {"type": "object", "properties": {"result": {"type": "object", "additionalProperties": {"type": "object"}}}},
"KendraConsumers": {"type": "object", "properties": {"consumerDetails": {"type": "array", "items": {"type": "object"}}}},
"KendraLeft": {"type": "object", "properties": {"response": {"type": "string"}, "sendSignal": {"type": "boolean"}}},
)json"
         R"json(
"RecordingSummary": {"type": "object", "properties": {"recordingId": {"type": "string"}, "meetingId": {"type": "string"}, "tenant": {"type": "string"},
  "state": {"enum": ["recording", "interrupted", "complete"]}, "started": {"type": "string"}, "durationUs": {"type": "integer"}, "bytes": {"type": "integer"},
  "participants": {"type": "integer"}, "tracks": {"type": "integer"}, "outputs": {"type": "integer"}, "upload": {"enum": ["none", "waiting", "done"]}, "local": {"type": "boolean"}}},
"Recordings": {"type": "object", "properties": {"recordings": {"type": "array", "items": {"$ref": "#/components/schemas/RecordingSummary"}},
  "next": {"type": ["string", "null"]}, "missingServers": {"type": "integer"}}},
"Recording": {"allOf": [{"$ref": "#/components/schemas/RecordingSummary"}, {"type": "object", "properties": {
  "files": {"type": "array", "items": {"type": "object"}}, "jobs": {"type": "array", "items": {"type": "object"}}}}]},
"RecordingRef": {"type": "object", "properties": {"recordingId": {"type": "string"}}},
"RecordingManifest": {"type": "object", "description": "docs/recording-format.md"},
"RecordingTicket": {"type": "object", "properties": {"ticket": {"type": "string"}, "expires": {"type": "string"}, "manifest": {"type": "string"}, "files": {"type": "string"}}},
"ComposeRecording": {"type": "object", "description": "As the media API's", "properties": {"layout": {"enum": ["grid", "speaker", "presentation"]}, "width": {"type": "integer"},
  "height": {"type": "integer"}, "fps": {"type": "integer"}, "format": {"enum": ["mp4", "webm", "hls"]}, "fromUs": {"type": "integer"}, "toUs": {"type": "integer"}}},
"RecordingJob": {"type": "object", "properties": {"jobId": {"type": "string"}}},
"Servers": {"type": "object", "properties": {"leader": {"type": "boolean"}, "servers": {"type": "array", "items": {"type": "object", "properties": {
  "server": {"type": "string"}, "host": {"type": "string"}, "origin": {"type": "string"}, "pool": {"type": "string"}, "alive": {"type": "boolean"}, "draining": {"type": "boolean"},
  "heartbeat": {"type": "integer"}, "capacity": {"type": "integer"}, "participants": {"type": "integer"}, "reserved": {"type": "integer"}, "meetings": {"type": "integer"},
  "cpuPercent": {"type": "integer"}, "workers": {"type": "array", "items": {"type": "object"}}}}}}},
"Load": {"type": "object", "properties": {"intervalSeconds": {"type": "integer"}, "series": {"type": "array", "items": {"type": "object", "properties": {
  "server": {"type": "string"}, "points": {"type": "array", "items": {"type": "object", "properties": {"time": {"type": "integer"}, "cpuPercent": {"type": "integer"},
  "participants": {"type": "integer"}, "meetings": {"type": "integer"}}}}}}}}},
"PlacedMeeting": {"type": "object", "properties": {"meeting": {"type": "string"}, "tenant": {"type": "string"}, "server": {"type": "string"}, "size": {"type": "integer"},
  "limit": {"type": "integer"}, "locked": {"type": "boolean"}, "moves": {"type": "integer"}, "created": {"type": "integer"}}},
"Meetings": {"type": "object", "properties": {"meetings": {"type": "array", "items": {"$ref": "#/components/schemas/PlacedMeeting"}}, "next": {"type": ["string", "null"]}}},
"Meeting": {"allOf": [{"$ref": "#/components/schemas/PlacedMeeting"}, {"type": "object", "properties": {"reachable": {"type": "boolean"},
  "participants": {"type": "array", "items": {"type": "object"}}, "routers": {"type": "array", "items": {"type": "object"}}}}]},
"Usage": {"type": "object", "properties": {"usage": {"type": "array", "items": {"type": "object", "properties": {
  "tenant": {"type": "string"}, "day": {"type": "string"}, "meter": {"type": "string"}, "value": {"type": "integer"}}}}}},
"NewToken": {"type": "object", "properties": {"tenant": {"type": "string"}, "meeting": {"type": "string", "description": "empty: any of the tenant's"}, "participant": {"type": "string"},
  "name": {"type": "string"}, "expiresInSeconds": {"type": "integer", "minimum": 1, "default": 3600}, "grants": {"type": "object", "properties": {
  "publish": {"type": "array", "items": {"enum": ["audio", "video", "screenshare"]}}, "subscribe": {"type": "boolean"}, "data": {"type": "boolean"},
  "record": {"type": "boolean"}, "moderate": {"type": "boolean"}, "admin": {"type": "boolean"}}}}},
"Token": {"type": "object", "properties": {"token": {"type": "string"}, "link": {"type": "string"}, "expires": {"type": "integer"}}},
"QuotaMap": {"type": "object", "additionalProperties": {"type": ["integer", "null"], "minimum": 0}, "description": "meetings, participants_per_meeting, participants, audio_bitrate, video_bitrate, screenshare_bitrate, recording_minutes, storage_bytes, requests_per_second"},
"Quotas": {"type": "object", "required": ["quotas"], "properties": {"quotas": {"$ref": "#/components/schemas/QuotaMap"}}},
"Tenant": {"type": "object", "properties": {"tenant": {"type": "string"}, "name": {"type": "string"}, "suspended": {"type": "boolean"}, "created": {"type": "integer"},
  "quotas": {"$ref": "#/components/schemas/QuotaMap"}}},
"Tenants": {"type": "object", "properties": {"tenants": {"type": "array", "items": {"$ref": "#/components/schemas/Tenant"}}}},
"TenantChange": {"type": "object", "properties": {"tenant": {"type": "string", "description": "of a POST"}, "name": {"type": "string"}, "suspended": {"type": "boolean"},
  "quotas": {"$ref": "#/components/schemas/QuotaMap"}}},
"Suspension": {"type": "object", "properties": {"suspended": {"type": "boolean", "default": true}}},
"Key": {"type": "object", "properties": {"keyId": {"type": "string"}, "algorithm": {"enum": ["HS256", "RS256", "EdDSA"]}, "retires": {"type": ["integer", "null"]}}},
"Keys": {"type": "object", "properties": {"keys": {"type": "array", "items": {"$ref": "#/components/schemas/Key"}}}},
"NewKey": {"type": "object", "properties": {"keyId": {"type": "string"}, "algorithm": {"enum": ["HS256", "RS256", "EdDSA"]}, "publicKey": {"type": "string", "description": "PEM; without, a key is made"}}},
"MadeKey": {"allOf": [{"$ref": "#/components/schemas/Key"}, {"type": "object", "properties": {"secret": {"type": "string", "description": "of a key made here; answered once"}}}]},
"Retirement": {"type": "object", "properties": {"at": {"type": "integer", "description": "milliseconds since 1970; now when absent"}}},
"Nothing": {"type": "object"},
"Config": {"type": "object", "properties": {"version": {"type": "string"}, "development": {"type": "boolean"}, "signaling": {"type": "string"}, "publicUrl": {"type": "string"}}},
"Health": {"type": "object", "properties": {"status": {"const": "ok"}}},
"Readiness": {"type": "object", "properties": {"status": {"enum": ["ready", "not ready"]}, "reasons": {"type": "array", "items": {"type": "string"}},
  "leader": {"type": "boolean"}, "signals": {"enum": ["local", "connected", "unavailable"]}}},
"OpenApiDocument": {"type": "object"}
})json";
}

}  // namespace dd::portal
