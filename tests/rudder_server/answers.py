"""What a transformer answers, as rudder-server declares it (§2, §3, §4.2)."""

from __future__ import annotations

from rudder_server.go_json import anything, array, boolean, integer, mapping, raw, string, struct

_TEXTS = [
    "workspaceId",
    "rudderId",
    "receivedAt",
    "partitionId",
    "messageId",
    "eventName",
    "eventType",
    "sourceId",
    "originalSourceId",
    "sourceDefinitionId",
    "sourceName",
    "sourceType",
    "sourceCategory",
    "sourceJobId",
    "sourceJobRunId",
    "sourceTaskRunId",
    "instanceId",
    "namespace",
    "traceparent",
    "destinationId",
    "originalDestinationId",
    "destinationName",
    "destinationType",
    "destinationDefinitionId",
    "transformationId",
    "transformationVersionId",
]
_JOB_TEXTS = [
    "userId",
    "sourceId",
    "sourceCategory",
    "destinationId",
    "receivedAt",
    "createdAt",
    "firstAttemptedAt",
    "transformAt",
    "workspaceId",
    "workerAssignedTime",
    "traceparent",
]

_PROCESSOR_METADATA = struct(
    jobId=integer, recordId=anything, messageIds=array(string), **dict.fromkeys(_TEXTS, string)
)
_ROUTER_METADATA = struct(
    jobId=integer,
    attemptNum=integer,
    dontBatch=boolean,
    secret=raw,
    destInfo=raw,
    **dict.fromkeys(_JOB_TEXTS, string),
)
_DESTINATION = struct(
    ID=string,
    Name=string,
    DestinationDefinition=struct(ID=string, Name=string, DisplayName=string, Config=mapping(anything)),
    Config=mapping(anything),
    Enabled=boolean,
    WorkspaceID=string,
    IsProcessorEnabled=boolean,
    RevisionID=string,
    hasDynamicConfig=boolean,
    version=integer,
)

#: /v0/destinations/{type}: metadata is an object (§2).
PROCESSED = array(
    struct(
        output=mapping(anything),
        metadata=_PROCESSOR_METADATA,
        statusCode=integer,
        error=string,
        statTags=mapping(string),
    )
)

#: /routerTransform: metadata is an array (§3).
ROUTED = struct(
    output=array(
        struct(
            batchedRequest=raw,
            metadata=array(_ROUTER_METADATA),
            destination=_DESTINATION,
            batched=boolean,
            statusCode=integer,
            error=string,
            authErrorCategory=string,
            statTags=mapping(string),
        )
    )
)

#: One request that is to be sent (§4.1).
REQUEST = struct(
    type=string,
    endpoint=string,
    endpointPath=string,
    method=string,
    userId=string,
    headers=mapping(anything),
    params=mapping(anything),
    body=mapping(anything),
    files=mapping(anything),
)

#: /v1/destinations/{type}/proxy: message, response, statTags and authErrorCategory are read, no more (§4.2).
PROXIED = struct(
    output=struct(
        message=string,
        response=array(
            struct(statusCode=integer, error=string, metadata=struct(jobId=integer, dontBatch=boolean)),
        ),
        statTags=mapping(string),
        authErrorCategory=string,
    )
)
