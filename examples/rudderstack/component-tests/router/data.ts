// Written by examples/rudderstack/generate.py, which a test holds to this file: change that one.
export const data = [
 {
  "id": "promoter-router-identify-1",
  "name": "promoter",
  "description": "A good identify",
  "scenario": "Business",
  "successCriteria": "Status code 200",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "context": {
         "traits": {
          "email": "ted@mosbiusdesigns.com",
          "firstName": "Ted",
          "lastName": "Mosby"
         }
        },
        "type": "identify",
        "messageId": "ajs-1",
        "userId": "12345",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "traits": {
         "email": "ted@mosbiusdesigns.com",
         "firstName": "Ted",
         "lastName": "Mosby",
         "plan": "Premium"
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-identify-1",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-identify-1",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "batchedRequest": {
        "version": "1",
        "type": "REST",
        "method": "POST",
        "endpoint": "https://app.promoter.io/api/contacts/",
        "endpointPath": "contact",
        "userId": "",
        "params": {},
        "files": {},
        "headers": {
         "accept": "application/json",
         "idempotency-key": "router-identify-1:ajs-1",
         "content-type": "application/json",
         "authorization": "Token promoter-test-key"
        },
        "body": {
         "JSON_ARRAY": {},
         "XML": {},
         "FORM": {},
         "JSON": {
          "email": "ted@mosbiusdesigns.com",
          "first_name": "Ted",
          "last_name": "Mosby",
          "attributes": {
           "user_id": "12345",
           "plan": "Premium"
          }
         }
        }
       },
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-identify-1",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-identify-1",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 200
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-identify-2",
  "name": "promoter",
  "description": "A good identify",
  "scenario": "Business",
  "successCriteria": "Status code 200",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "context": {
         "traits": {
          "email": "ted@mosbiusdesigns.com",
          "firstName": "Ted",
          "lastName": "Mosby"
         }
        },
        "type": "identify",
        "messageId": "m",
        "userId": "1",
        "traits": {
         "email": "t@x.co"
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-identify-2",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-identify-2",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "batchedRequest": {
        "version": "1",
        "type": "REST",
        "method": "POST",
        "endpoint": "https://app.promoter.io/api/contacts/",
        "endpointPath": "contact",
        "userId": "",
        "params": {},
        "files": {},
        "headers": {
         "accept": "application/json",
         "idempotency-key": "router-identify-2:m",
         "content-type": "application/json",
         "authorization": "Token promoter-test-key"
        },
        "body": {
         "JSON_ARRAY": {},
         "XML": {},
         "FORM": {},
         "JSON": {
          "email": "t@x.co",
          "attributes": {
           "user_id": "1"
          }
         }
        }
       },
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-identify-2",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-identify-2",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 200
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-identify-nobody-to-store",
  "name": "promoter",
  "description": "identify: nobody to store",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "identify",
        "messageId": "ajs-1",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "traits": {
         "email": "ted@mosbiusdesigns.com",
         "firstName": "Ted",
         "lastName": "Mosby",
         "plan": "Premium"
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-identify-nobody-to-store",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-identify-nobody-to-store",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-identify-nobody-to-store",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-identify-nobody-to-store",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[contract.required] $.userId is missing; identify needs it. Call identify with the person's userId; anonymous events cannot become contacts.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "instrumentation",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-identify-nobody-to-store",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-identify-no-address",
  "name": "promoter",
  "description": "identify: no address",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "identify",
        "messageId": "ajs-1",
        "userId": "12345",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "traits": {
         "plan": "Premium"
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-identify-no-address",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-identify-no-address",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-identify-no-address",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-identify-no-address",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[contract.required] $.traits.email is missing; identify needs it. Send the person's e-mail address, such as ted@mosbiusdesigns.com, in traits.email.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "instrumentation",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-identify-no-address",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-identify-an-e-mail-that-is-none",
  "name": "promoter",
  "description": "identify: an e-mail that is none",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "identify",
        "messageId": "ajs-1",
        "userId": "12345",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "traits": {
         "email": "ted at mosbius"
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-identify-an-e-mail-that-is-none",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-identify-an-e-mail-that-is-none",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-identify-an-e-mail-that-is-none",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-identify-an-e-mail-that-is-none",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[contract.pattern] $.traits.email is \"ted at mosbius\", but is not written as it should be. Send the person's e-mail address, such as ted@mosbiusdesigns.com, in traits.email.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "instrumentation",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-identify-an-e-mail-that-is-none",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-identify-an-address-longer-than-promoter-takes",
  "name": "promoter",
  "description": "identify: an address longer than Promoter takes",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "identify",
        "messageId": "ajs-1",
        "userId": "12345",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "traits": {
         "email": "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt@x.co"
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-identify-an-address-longer-than-promoter-takes",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-identify-an-address-longer-than-promoter-takes",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-identify-an-address-longer-than-promoter-takes",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-identify-an-address-longer-than-promoter-takes",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[contract.maxLength] $.traits.email is \"tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt…\", but must have at most 254 characters. Send the person's e-mail address, such as ted@mosbiusdesigns.com, in traits.email.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "instrumentation",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-identify-an-address-longer-than-promoter-takes",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-identify-a-name-that-is-not-text",
  "name": "promoter",
  "description": "identify: a name that is not text",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "identify",
        "messageId": "ajs-1",
        "userId": "12345",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "traits": {
         "email": "t@x.co",
         "firstName": {
          "a": 1
         }
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-identify-a-name-that-is-not-text",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-identify-a-name-that-is-not-text",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-identify-a-name-that-is-not-text",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-identify-a-name-that-is-not-text",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[contract.type] $.traits.firstName is an object, but must be text. Send firstName as text, or leave it out.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "instrumentation",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-identify-a-name-that-is-not-text",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-identify-traits-that-are-a-list",
  "name": "promoter",
  "description": "identify: traits that are a list",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "identify",
        "messageId": "ajs-1",
        "userId": "12345",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "traits": [
         "email"
        ]
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-identify-traits-that-are-a-list",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-identify-traits-that-are-a-list",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-identify-traits-that-are-a-list",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-identify-traits-that-are-a-list",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[contract.type] $.traits is a list, but must be an object. Correct it.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "instrumentation",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-identify-traits-that-are-a-list",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-track-1",
  "name": "promoter",
  "description": "A good track",
  "scenario": "Business",
  "successCriteria": "Status code 200",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "context": {
         "traits": {
          "email": "ted@mosbiusdesigns.com",
          "firstName": "Ted",
          "lastName": "Mosby"
         }
        },
        "type": "track",
        "messageId": "ajs-2",
        "userId": "12345",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "event": "Friend Invited",
        "properties": {
         "category": "viral",
         "totalInvites": 50
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-track-1",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-track-1",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "batchedRequest": {
        "version": "1",
        "type": "REST",
        "method": "POST",
        "endpoint": "https://app.promoter.io/api/v2/survey/",
        "endpointPath": "survey",
        "userId": "",
        "params": {},
        "files": {},
        "headers": {
         "accept": "application/json",
         "idempotency-key": "router-track-1:ajs-2",
         "content-type": "application/json",
         "authorization": "Token promoter-test-key"
        },
        "body": {
         "JSON_ARRAY": {},
         "XML": {},
         "FORM": {},
         "JSON": {
          "campaign_id": 1,
          "contact": {
           "email": "ted@mosbiusdesigns.com",
           "first_name": "Ted",
           "last_name": "Mosby"
          },
          "attributes": {
           "event": "Friend Invited",
           "category": "viral",
           "totalInvites": 50
          }
         }
        }
       },
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-track-1",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-track-1",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 200
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-track-2",
  "name": "promoter",
  "description": "A good track",
  "scenario": "Business",
  "successCriteria": "Status code 200",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "context": {
         "traits": {
          "email": "ted@mosbiusdesigns.com",
          "firstName": "Ted",
          "lastName": "Mosby"
         }
        },
        "type": "track",
        "messageId": "m",
        "userId": "1",
        "event": "Signed Up"
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-track-2",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-track-2",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "batchedRequest": {
        "version": "1",
        "type": "REST",
        "method": "POST",
        "endpoint": "https://app.promoter.io/api/v2/survey/",
        "endpointPath": "survey",
        "userId": "",
        "params": {},
        "files": {},
        "headers": {
         "accept": "application/json",
         "idempotency-key": "router-track-2:m",
         "content-type": "application/json",
         "authorization": "Token promoter-test-key"
        },
        "body": {
         "JSON_ARRAY": {},
         "XML": {},
         "FORM": {},
         "JSON": {
          "campaign_id": 1,
          "contact": {
           "email": "ted@mosbiusdesigns.com",
           "first_name": "Ted",
           "last_name": "Mosby"
          },
          "attributes": {
           "event": "Signed Up"
          }
         }
        }
       },
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-track-2",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-track-2",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 200
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-track-no-name",
  "name": "promoter",
  "description": "track: no name",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "track",
        "messageId": "ajs-2",
        "userId": "12345",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "properties": {
         "category": "viral",
         "totalInvites": 50
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-track-no-name",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-track-no-name",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-track-no-name",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-track-no-name",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[contract.required] $.event is missing; track needs it. Name the event: track(userId, \"Friend Invited\").",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "instrumentation",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-track-no-name",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-track-an-empty-name",
  "name": "promoter",
  "description": "track: an empty name",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "track",
        "messageId": "ajs-2",
        "userId": "12345",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "event": "",
        "properties": {
         "category": "viral",
         "totalInvites": 50
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-track-an-empty-name",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-track-an-empty-name",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-track-an-empty-name",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-track-an-empty-name",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[contract.minLength] $.event is \"\", but must not be empty. Name the event: track(userId, \"Friend Invited\").",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "instrumentation",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-track-an-empty-name",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-track-nobody-to-survey",
  "name": "promoter",
  "description": "track: nobody to survey",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "track",
        "messageId": "ajs-2",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "event": "Friend Invited",
        "properties": {
         "category": "viral",
         "totalInvites": 50
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-track-nobody-to-survey",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-track-nobody-to-survey",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-track-nobody-to-survey",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-track-nobody-to-survey",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[contract.required] $.userId is missing; track needs it. Call identify with the person's userId; anonymous events cannot become contacts.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "instrumentation",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-track-nobody-to-survey",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-track-properties-that-are-text",
  "name": "promoter",
  "description": "track: properties that are text",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "track",
        "messageId": "ajs-2",
        "userId": "12345",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "event": "Friend Invited",
        "properties": "viral"
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-track-properties-that-are-text",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-track-properties-that-are-text",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-track-properties-that-are-text",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-track-properties-that-are-text",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[contract.type] $.properties is \"viral\", but must be an object. Correct it.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "instrumentation",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-track-properties-that-are-text",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-order_completed-1",
  "name": "promoter",
  "description": "A good order_completed",
  "scenario": "Business",
  "successCriteria": "Status code 200",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "context": {
         "traits": {
          "email": "ted@mosbiusdesigns.com",
          "firstName": "Ted",
          "lastName": "Mosby"
         }
        },
        "type": "track",
        "messageId": "ajs-3",
        "userId": "12345",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "event": "Order Completed",
        "properties": {
         "order_id": "50314b8e9bcf",
         "total": 27.5,
         "revenue": 22.5,
         "shipping": 3,
         "tax": 2,
         "currency": "USD",
         "products": [
          {
           "product_id": "507f1f77bcf8",
           "sku": "45790-32",
           "name": "Monopoly",
           "price": 19,
           "quantity": 1
          }
         ]
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-order_completed-1",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-order_completed-1",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "batchedRequest": {
        "version": "1",
        "type": "REST",
        "method": "POST",
        "endpoint": "https://segment.promoter.io/api/segment/",
        "endpointPath": "event",
        "userId": "",
        "params": {},
        "files": {},
        "headers": {
         "accept": "application/json",
         "idempotency-key": "router-order_completed-1:ajs-3",
         "content-type": "application/json",
         "authorization": "Basic cHJvbW90ZXItdGVzdC1rZXk6"
        },
        "body": {
         "JSON_ARRAY": {},
         "XML": {},
         "FORM": {},
         "JSON": {
          "type": "track",
          "event": "Order Completed",
          "messageId": "ajs-3",
          "userId": "12345",
          "timestamp": "2026-11-23T15:01:41.904Z",
          "properties": {
           "order_id": "50314b8e9bcf",
           "total": 27.5,
           "revenue": 22.5,
           "shipping": 3,
           "tax": 2,
           "currency": "USD",
           "products": [
            {
             "product_id": "507f1f77bcf8",
             "sku": "45790-32",
             "name": "Monopoly",
             "price": 19,
             "quantity": 1
            }
           ]
          }
         }
        }
       },
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-order_completed-1",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-order_completed-1",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 200
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-order_completed-2",
  "name": "promoter",
  "description": "A good order_completed",
  "scenario": "Business",
  "successCriteria": "Status code 200",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "context": {
         "traits": {
          "email": "ted@mosbiusdesigns.com",
          "firstName": "Ted",
          "lastName": "Mosby"
         }
        },
        "type": "track",
        "messageId": "m",
        "userId": "1",
        "event": "Order Completed",
        "properties": {
         "order_id": "1",
         "revenue": 0,
         "currency": "EUR",
         "products": []
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-order_completed-2",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-order_completed-2",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "batchedRequest": {
        "version": "1",
        "type": "REST",
        "method": "POST",
        "endpoint": "https://segment.promoter.io/api/segment/",
        "endpointPath": "event",
        "userId": "",
        "params": {},
        "files": {},
        "headers": {
         "accept": "application/json",
         "idempotency-key": "router-order_completed-2:m",
         "content-type": "application/json",
         "authorization": "Basic cHJvbW90ZXItdGVzdC1rZXk6"
        },
        "body": {
         "JSON_ARRAY": {},
         "XML": {},
         "FORM": {},
         "JSON": {
          "type": "track",
          "event": "Order Completed",
          "messageId": "m",
          "userId": "1",
          "properties": {
           "order_id": "1",
           "revenue": 0,
           "currency": "EUR",
           "products": []
          }
         }
        }
       },
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-order_completed-2",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-order_completed-2",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 200
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-order-completed-no-order-id",
  "name": "promoter",
  "description": "order_completed: no order id",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "track",
        "messageId": "ajs-3",
        "userId": "12345",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "event": "Order Completed",
        "properties": {
         "total": 1
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-order-completed-no-order-id",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-order-completed-no-order-id",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-order-completed-no-order-id",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-order-completed-no-order-id",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[contract.required] $.properties.order_id is missing; Order Completed needs it. Send the order's id in properties.order_id.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "instrumentation",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-order-completed-no-order-id",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-order-completed-an-amount-that-is-words",
  "name": "promoter",
  "description": "order_completed: an amount that is words",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "track",
        "messageId": "ajs-3",
        "userId": "12345",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "event": "Order Completed",
        "properties": {
         "order_id": "1",
         "revenue": "free"
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-order-completed-an-amount-that-is-words",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-order-completed-an-amount-that-is-words",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-order-completed-an-amount-that-is-words",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-order-completed-an-amount-that-is-words",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[contract.type] $.properties.revenue is \"free\", but must be a number. Send an amount as a number, such as 19.99.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "instrumentation",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-order-completed-an-amount-that-is-words",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-order-completed-products-that-are-text",
  "name": "promoter",
  "description": "order_completed: products that are text",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "track",
        "messageId": "ajs-3",
        "userId": "12345",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "event": "Order Completed",
        "properties": {
         "order_id": "1",
         "products": "Monopoly"
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-order-completed-products-that-are-text",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-order-completed-products-that-are-text",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-order-completed-products-that-are-text",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-order-completed-products-that-are-text",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[contract.type] $.properties.products is \"Monopoly\", but must be a list. Correct it.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "instrumentation",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-order-completed-products-that-are-text",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-order-completed-a-product-s-price-in-words",
  "name": "promoter",
  "description": "order_completed: a product's price in words",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "track",
        "messageId": "ajs-3",
        "userId": "12345",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "event": "Order Completed",
        "properties": {
         "order_id": "1",
         "products": [
          {
           "price": "cheap"
          }
         ]
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-order-completed-a-product-s-price-in-words",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-order-completed-a-product-s-price-in-words",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-order-completed-a-product-s-price-in-words",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-order-completed-a-product-s-price-in-words",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[contract.type] $.properties.products[0].price is \"cheap\", but must be a number. Send an amount as a number, such as 19.99.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "instrumentation",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-order-completed-a-product-s-price-in-words",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-order-completed-a-currency-that-is-none",
  "name": "promoter",
  "description": "order_completed: a currency that is none",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "track",
        "messageId": "ajs-3",
        "userId": "12345",
        "timestamp": "2026-11-23T15:01:41.904Z",
        "event": "Order Completed",
        "properties": {
         "order_id": "1",
         "currency": "dollars"
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-order-completed-a-currency-that-is-none",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-order-completed-a-currency-that-is-none",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-order-completed-a-currency-that-is-none",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-order-completed-a-currency-that-is-none",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[contract.pattern] $.properties.currency is \"DOLLARS\", but is not written as it should be. Send a three-letter currency code, such as EUR.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "instrumentation",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-order-completed-a-currency-that-is-none",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-config-no-key",
  "name": "promoter",
  "description": "Config: no key",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "identify",
        "messageId": "m-1",
        "userId": "12345",
        "traits": {
         "email": "ted@mosbiusdesigns.com",
         "firstName": "Ted",
         "lastName": "Mosby"
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-config-no-key",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-config-no-key",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-config-no-key",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-config-no-key",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[rudder.config] The destination cannot be used. Config.apiKey is missing; the destination needs it.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "configuration",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-config-no-key",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-config-a-key-with-a-line-break",
  "name": "promoter",
  "description": "Config: a key with a line break",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "identify",
        "messageId": "m-1",
        "userId": "12345",
        "traits": {
         "email": "ted@mosbiusdesigns.com",
         "firstName": "Ted",
         "lastName": "Mosby"
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-config-a-key-with-a-line-break",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-config-a-key-with-a-line-break",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "api_key": "a\nb"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-config-a-key-with-a-line-break",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-config-a-key-with-a-line-break",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "api_key": "a\nb"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[rudder.config] The destination cannot be used. Config.apiKey is ***, but is not written as it should be.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "configuration",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-config-a-key-with-a-line-break",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-config-a-mode-that-is-none",
  "name": "promoter",
  "description": "Config: a mode that is none",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "identify",
        "messageId": "m-1",
        "userId": "12345",
        "traits": {
         "email": "ted@mosbiusdesigns.com",
         "firstName": "Ted",
         "lastName": "Mosby"
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-config-a-mode-that-is-none",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-config-a-mode-that-is-none",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "api_key": "k",
         "mode": "soap"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-config-a-mode-that-is-none",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-config-a-mode-that-is-none",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "api_key": "k",
         "mode": "soap"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[rudder.config] The destination cannot be used. Config.mode is \"soap\", but must be one of rest, segment. Correct it.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "configuration",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-config-a-mode-that-is-none",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-config-an-address-without-scheme",
  "name": "promoter",
  "description": "Config: an address without scheme",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "identify",
        "messageId": "m-1",
        "userId": "12345",
        "traits": {
         "email": "ted@mosbiusdesigns.com",
         "firstName": "Ted",
         "lastName": "Mosby"
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-config-an-address-without-scheme",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-config-an-address-without-scheme",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "api_key": "k",
         "base_url": "app.promoter.io"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-config-an-address-without-scheme",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-config-an-address-without-scheme",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "api_key": "k",
         "base_url": "app.promoter.io"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[rudder.config] The destination cannot be used. Config.baseUrl is \"app.promoter.io\", but is not written as it should be. Send a full address, such as https://app.promoter.io.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "configuration",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-config-an-address-without-scheme",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-config-a-campaign-by-name",
  "name": "promoter",
  "description": "Config: a campaign by name",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "identify",
        "messageId": "m-1",
        "userId": "12345",
        "traits": {
         "email": "ted@mosbiusdesigns.com",
         "firstName": "Ted",
         "lastName": "Mosby"
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-config-a-campaign-by-name",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-config-a-campaign-by-name",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "api_key": "k",
         "campaign_id": "Segment"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-config-a-campaign-by-name",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-config-a-campaign-by-name",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "api_key": "k",
         "campaign_id": "Segment"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[rudder.config] The destination cannot be used. Config.campaignId is \"Segment\", but must be a whole number. Correct it.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "configuration",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-config-a-campaign-by-name",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-config-an-age-nobody-can-read",
  "name": "promoter",
  "description": "Config: an age nobody can read",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "identify",
        "messageId": "m-1",
        "userId": "12345",
        "traits": {
         "email": "ted@mosbiusdesigns.com",
         "firstName": "Ted",
         "lastName": "Mosby"
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-config-an-age-nobody-can-read",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-config-an-age-nobody-can-read",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "api_key": "k",
         "survey_max_age": "soon"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-config-an-age-nobody-can-read",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-config-an-age-nobody-can-read",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "api_key": "k",
         "survey_max_age": "soon"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[rudder.config] The destination cannot be used. Config.surveyMaxAge is \"soon\", but has none of the forms it may have. Send a number of seconds, or a number with s, m, h or d: 36h, 7d.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "configuration",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-config-an-age-nobody-can-read",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-page",
  "name": "promoter",
  "description": "A type of event that Promoter has no use for",
  "scenario": "Business",
  "successCriteria": "Status code 298",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "page",
        "messageId": "m-2",
        "userId": "12345",
        "event": "Friend Invited",
        "context": {
         "traits": {
          "email": "ted@mosbiusdesigns.com",
          "firstName": "Ted",
          "lastName": "Mosby"
         }
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-page",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-page",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-page",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-page",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 298,
       "error": "[event.unsupported] The destination has no use for this type of event.",
       "statTags": {
        "errorCategory": "transformation",
        "errorType": "filtered",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-page",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-switched-off",
  "name": "promoter",
  "description": "integrations switches Promoter off",
  "scenario": "Business",
  "successCriteria": "Status code 298",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "track",
        "messageId": "m-2",
        "userId": "12345",
        "event": "Friend Invited",
        "context": {
         "traits": {
          "email": "ted@mosbiusdesigns.com",
          "firstName": "Ted",
          "lastName": "Mosby"
         }
        },
        "integrations": {
         "Promoter.io": false
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-switched-off",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-switched-off",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-switched-off",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-switched-off",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 298,
       "error": "[event.integration_off] The event's integrations object switches this destination off.",
       "statTags": {
        "errorCategory": "transformation",
        "errorType": "filtered",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-switched-off",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-no-campaign",
  "name": "promoter",
  "description": "No campaign surveys for this event",
  "scenario": "Business",
  "successCriteria": "Status code 298",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "track",
        "messageId": "m-2",
        "userId": "12345",
        "event": "Friend Invited",
        "context": {
         "traits": {
          "email": "ted@mosbiusdesigns.com",
          "firstName": "Ted",
          "lastName": "Mosby"
         }
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-no-campaign",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-no-campaign",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": ""
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-no-campaign",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-no-campaign",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": ""
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 298,
       "error": "[promoter.no_campaign] No campaign surveys for this event. To survey for it, name it in surveys, or set campaign_id.",
       "statTags": {
        "errorCategory": "transformation",
        "errorType": "filtered",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-no-campaign",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-too-old",
  "name": "promoter",
  "description": "An event older than surveyMaxAge surveys nobody",
  "scenario": "Business",
  "successCriteria": "Status code 298",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "track",
        "messageId": "m-2",
        "userId": "12345",
        "event": "Friend Invited",
        "context": {
         "traits": {
          "email": "ted@mosbiusdesigns.com",
          "firstName": "Ted",
          "lastName": "Mosby"
         }
        },
        "timestamp": "2020-01-01T00:00:00Z"
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-too-old",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-too-old",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "surveyMaxAge": "36h"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-too-old",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-too-old",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "surveyMaxAge": "36h"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 298,
       "error": "[promoter.too_old] The event is older than survey_max_age; nobody is surveyed for it.",
       "statTags": {
        "errorCategory": "transformation",
        "errorType": "filtered",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-too-old",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-no-identify-yet",
  "name": "promoter",
  "description": "A track whose contact is not known yet",
  "scenario": "Business",
  "successCriteria": "Status code 500",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "track",
        "messageId": "m-2",
        "userId": "12345",
        "event": "Friend Invited"
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-no-identify-yet",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-no-identify-yet",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-no-identify-yet",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-no-identify-yet",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 500,
       "error": "[promoter.contact_unknown] No contact is known for this userId yet. It takes an identify with this userId and an e-mail first.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "retryable",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-no-identify-yet",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-identify-behind",
  "name": "promoter",
  "description": "The identify is in the same request, behind the track that needs it",
  "scenario": "Business",
  "successCriteria": "Status code 200, 200",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "track",
        "messageId": "m-2",
        "userId": "12345",
        "event": "Friend Invited"
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-identify-behind",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-identify-behind",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      },
      {
       "message": {
        "type": "identify",
        "messageId": "m-1",
        "userId": "12345",
        "traits": {
         "email": "ted@mosbiusdesigns.com",
         "firstName": "Ted",
         "lastName": "Mosby"
        }
       },
       "metadata": {
        "jobId": 2,
        "sourceId": "src-1",
        "destinationId": "router-identify-behind",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-identify-behind",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "batchedRequest": {
        "version": "1",
        "type": "REST",
        "method": "POST",
        "endpoint": "https://app.promoter.io/api/v2/survey/",
        "endpointPath": "survey",
        "userId": "",
        "params": {},
        "files": {},
        "headers": {
         "accept": "application/json",
         "idempotency-key": "router-identify-behind:m-2",
         "content-type": "application/json",
         "authorization": "Token promoter-test-key"
        },
        "body": {
         "JSON_ARRAY": {},
         "XML": {},
         "FORM": {},
         "JSON": {
          "campaign_id": 1,
          "contact": {
           "email": "ted@mosbiusdesigns.com",
           "first_name": "Ted",
           "last_name": "Mosby"
          },
          "attributes": {
           "event": "Friend Invited"
          }
         }
        }
       },
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-identify-behind",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-identify-behind",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 200
      },
      {
       "batchedRequest": {
        "version": "1",
        "type": "REST",
        "method": "POST",
        "endpoint": "https://app.promoter.io/api/contacts/",
        "endpointPath": "contact",
        "userId": "",
        "params": {},
        "files": {},
        "headers": {
         "accept": "application/json",
         "idempotency-key": "router-identify-behind:m-1",
         "content-type": "application/json",
         "authorization": "Token promoter-test-key"
        },
        "body": {
         "JSON_ARRAY": {},
         "XML": {},
         "FORM": {},
         "JSON": {
          "email": "ted@mosbiusdesigns.com",
          "first_name": "Ted",
          "last_name": "Mosby",
          "attributes": {
           "user_id": "12345"
          }
         }
        }
       },
       "metadata": [
        {
         "jobId": 2,
         "sourceId": "src-1",
         "destinationId": "router-identify-behind",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-identify-behind",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 200
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-older-identify",
  "name": "promoter",
  "description": "An older identify does not overwrite a newer one of the same request",
  "scenario": "Business",
  "successCriteria": "Status code 200, 298",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "identify",
        "messageId": "m-1",
        "userId": "12345",
        "traits": {
         "email": "ted@mosbiusdesigns.com",
         "firstName": "Ted",
         "lastName": "Mosby"
        },
        "timestamp": "2026-11-23T15:00:00Z"
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-older-identify",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-older-identify",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      },
      {
       "message": {
        "type": "identify",
        "messageId": "m-0",
        "userId": "12345",
        "traits": {
         "email": "ted@mosbiusdesigns.com",
         "firstName": "Ted",
         "lastName": "Mosby"
        },
        "timestamp": "2026-11-23T14:00:00Z"
       },
       "metadata": {
        "jobId": 2,
        "sourceId": "src-1",
        "destinationId": "router-older-identify",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-older-identify",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "batchedRequest": {
        "version": "1",
        "type": "REST",
        "method": "POST",
        "endpoint": "https://app.promoter.io/api/contacts/",
        "endpointPath": "contact",
        "userId": "",
        "params": {},
        "files": {},
        "headers": {
         "accept": "application/json",
         "idempotency-key": "router-older-identify:m-1",
         "content-type": "application/json",
         "authorization": "Token promoter-test-key"
        },
        "body": {
         "JSON_ARRAY": {},
         "XML": {},
         "FORM": {},
         "JSON": {
          "email": "ted@mosbiusdesigns.com",
          "first_name": "Ted",
          "last_name": "Mosby",
          "attributes": {
           "user_id": "12345"
          }
         }
        }
       },
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-older-identify",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-older-identify",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 200
      },
      {
       "metadata": [
        {
         "jobId": 2,
         "sourceId": "src-1",
         "destinationId": "router-older-identify",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-older-identify",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 298,
       "error": "[event.stale] A newer identify of this person is delivered already; an older one does not overwrite it.",
       "statTags": {
        "errorCategory": "transformation",
        "errorType": "filtered",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-older-identify",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-order-with-survey",
  "name": "promoter",
  "description": "An order that surveys names becomes two requests",
  "scenario": "Business",
  "successCriteria": "Status code 200",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "track",
        "messageId": "m-3",
        "userId": "12345",
        "event": "Order Completed",
        "context": {
         "traits": {
          "email": "ted@mosbiusdesigns.com",
          "firstName": "Ted",
          "lastName": "Mosby"
         }
        },
        "properties": {
         "order_id": "50314b8e9bcf",
         "total": 27.5,
         "currency": "USD",
         "products": [
          {
           "product_id": "507f1f77bcf8",
           "name": "Monopoly",
           "price": 19,
           "quantity": 1
          }
         ]
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-order-with-survey",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-order-with-survey",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "surveys": [
          {
           "from": "Order Completed",
           "to": "2"
          }
         ]
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "batchedRequest": [
        {
         "version": "1",
         "type": "REST",
         "method": "POST",
         "endpoint": "https://segment.promoter.io/api/segment/",
         "endpointPath": "event",
         "userId": "",
         "params": {},
         "files": {},
         "headers": {
          "accept": "application/json",
          "idempotency-key": "router-order-with-survey:m-3",
          "content-type": "application/json",
          "authorization": "Basic cHJvbW90ZXItdGVzdC1rZXk6"
         },
         "body": {
          "JSON_ARRAY": {},
          "XML": {},
          "FORM": {},
          "JSON": {
           "type": "track",
           "event": "Order Completed",
           "messageId": "m-3",
           "userId": "12345",
           "properties": {
            "order_id": "50314b8e9bcf",
            "total": 27.5,
            "currency": "USD",
            "products": [
             {
              "product_id": "507f1f77bcf8",
              "name": "Monopoly",
              "price": 19,
              "quantity": 1
             }
            ],
            "revenue": 27.5
           }
          }
         }
        },
        {
         "version": "1",
         "type": "REST",
         "method": "POST",
         "endpoint": "https://app.promoter.io/api/v2/survey/",
         "endpointPath": "survey",
         "userId": "",
         "params": {},
         "files": {},
         "headers": {
          "accept": "application/json",
          "idempotency-key": "router-order-with-survey:m-3",
          "content-type": "application/json",
          "authorization": "Token promoter-test-key"
         },
         "body": {
          "JSON_ARRAY": {},
          "XML": {},
          "FORM": {},
          "JSON": {
           "campaign_id": 2,
           "contact": {
            "email": "ted@mosbiusdesigns.com",
            "first_name": "Ted",
            "last_name": "Mosby"
           },
           "attributes": {
            "event": "Order Completed",
            "order_id": "50314b8e9bcf",
            "total": 27.5,
            "currency": "USD",
            "revenue": 27.5
           }
          }
         }
        }
       ],
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-order-with-survey",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-order-with-survey",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "surveys": [
          {
           "from": "Order Completed",
           "to": "2"
          }
         ]
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 200
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-from-the-event",
  "name": "promoter",
  "description": "campaignId is taken from the event, which loses what it gave",
  "scenario": "Business",
  "successCriteria": "Status code 200, 200",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "track",
        "messageId": "m-2",
        "userId": "12345",
        "event": "Friend Invited",
        "context": {
         "traits": {
          "email": "ted@mosbiusdesigns.com",
          "firstName": "Ted",
          "lastName": "Mosby"
         }
        },
        "properties": {
         "campaign": 7,
         "invites": 3
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-from-the-event",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-from-the-event",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "{{ event.properties.campaign || 1 }}"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      },
      {
       "message": {
        "type": "track",
        "messageId": "m-4",
        "userId": "12345",
        "event": "Friend Invited",
        "context": {
         "traits": {
          "email": "ted@mosbiusdesigns.com",
          "firstName": "Ted",
          "lastName": "Mosby"
         }
        }
       },
       "metadata": {
        "jobId": 2,
        "sourceId": "src-1",
        "destinationId": "router-from-the-event",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-from-the-event",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "{{ event.properties.campaign || 1 }}"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "batchedRequest": {
        "version": "1",
        "type": "REST",
        "method": "POST",
        "endpoint": "https://app.promoter.io/api/v2/survey/",
        "endpointPath": "survey",
        "userId": "",
        "params": {},
        "files": {},
        "headers": {
         "accept": "application/json",
         "idempotency-key": "router-from-the-event:m-2",
         "content-type": "application/json",
         "authorization": "Token promoter-test-key"
        },
        "body": {
         "JSON_ARRAY": {},
         "XML": {},
         "FORM": {},
         "JSON": {
          "campaign_id": 7,
          "contact": {
           "email": "ted@mosbiusdesigns.com",
           "first_name": "Ted",
           "last_name": "Mosby"
          },
          "attributes": {
           "event": "Friend Invited",
           "invites": 3
          }
         }
        }
       },
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-from-the-event",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-from-the-event",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "{{ event.properties.campaign || 1 }}"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 200
      },
      {
       "batchedRequest": {
        "version": "1",
        "type": "REST",
        "method": "POST",
        "endpoint": "https://app.promoter.io/api/v2/survey/",
        "endpointPath": "survey",
        "userId": "",
        "params": {},
        "files": {},
        "headers": {
         "accept": "application/json",
         "idempotency-key": "router-from-the-event:m-4",
         "content-type": "application/json",
         "authorization": "Token promoter-test-key"
        },
        "body": {
         "JSON_ARRAY": {},
         "XML": {},
         "FORM": {},
         "JSON": {
          "campaign_id": 1,
          "contact": {
           "email": "ted@mosbiusdesigns.com",
           "first_name": "Ted",
           "last_name": "Mosby"
          },
          "attributes": {
           "event": "Friend Invited"
          }
         }
        }
       },
       "metadata": [
        {
         "jobId": 2,
         "sourceId": "src-1",
         "destinationId": "router-from-the-event",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-from-the-event",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "{{ event.properties.campaign || 1 }}"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 200
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-raw-events",
  "name": "promoter",
  "description": "Mode segment hands events on as they are",
  "scenario": "Business",
  "successCriteria": "Status code 200, 200",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "identify",
        "messageId": "m-1",
        "userId": "12345",
        "traits": {
         "email": "ted@mosbiusdesigns.com",
         "firstName": "Ted",
         "lastName": "Mosby"
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-raw-events",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-raw-events",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "mode": "segment"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      },
      {
       "message": {
        "type": "track",
        "messageId": "m-2",
        "userId": "12345",
        "event": "Friend Invited",
        "context": {
         "traits": {
          "email": "ted@mosbiusdesigns.com",
          "firstName": "Ted",
          "lastName": "Mosby"
         }
        }
       },
       "metadata": {
        "jobId": 2,
        "sourceId": "src-1",
        "destinationId": "router-raw-events",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-raw-events",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "mode": "segment"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "batchedRequest": {
        "version": "1",
        "type": "REST",
        "method": "POST",
        "endpoint": "https://segment.promoter.io/api/segment/",
        "endpointPath": "event",
        "userId": "",
        "params": {},
        "files": {},
        "headers": {
         "accept": "application/json",
         "idempotency-key": "router-raw-events:m-1",
         "content-type": "application/json",
         "authorization": "Basic cHJvbW90ZXItdGVzdC1rZXk6"
        },
        "body": {
         "JSON_ARRAY": {},
         "XML": {},
         "FORM": {},
         "JSON": {
          "type": "identify",
          "messageId": "m-1",
          "userId": "12345",
          "traits": {
           "email": "ted@mosbiusdesigns.com",
           "firstName": "Ted",
           "lastName": "Mosby"
          }
         }
        }
       },
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-raw-events",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-raw-events",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "mode": "segment"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 200
      },
      {
       "batchedRequest": {
        "version": "1",
        "type": "REST",
        "method": "POST",
        "endpoint": "https://segment.promoter.io/api/segment/",
        "endpointPath": "event",
        "userId": "",
        "params": {},
        "files": {},
        "headers": {
         "accept": "application/json",
         "idempotency-key": "router-raw-events:m-2",
         "content-type": "application/json",
         "authorization": "Basic cHJvbW90ZXItdGVzdC1rZXk6"
        },
        "body": {
         "JSON_ARRAY": {},
         "XML": {},
         "FORM": {},
         "JSON": {
          "type": "track",
          "event": "Friend Invited",
          "messageId": "m-2",
          "userId": "12345",
          "traits": {
           "email": "ted@mosbiusdesigns.com",
           "firstName": "Ted",
           "lastName": "Mosby"
          },
          "context": {
           "traits": {
            "email": "ted@mosbiusdesigns.com",
            "firstName": "Ted",
            "lastName": "Mosby"
           }
          }
         }
        }
       },
       "metadata": [
        {
         "jobId": 2,
         "sourceId": "src-1",
         "destinationId": "router-raw-events",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-raw-events",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1",
         "mode": "segment"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 200
      }
     ]
    }
   }
  }
 },
 {
  "id": "promoter-router-one-of-three",
  "name": "promoter",
  "description": "null and text among the events harm nobody",
  "scenario": "Business",
  "successCriteria": "Status code 200, 400, 400",
  "feature": "router",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "input": [
      {
       "message": {
        "type": "identify",
        "messageId": "m-1",
        "userId": "12345",
        "traits": {
         "email": "ted@mosbiusdesigns.com",
         "firstName": "Ted",
         "lastName": "Mosby"
        }
       },
       "metadata": {
        "jobId": 1,
        "sourceId": "src-1",
        "destinationId": "router-one-of-three",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-one-of-three",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      },
      {
       "message": null,
       "metadata": {
        "jobId": 2,
        "sourceId": "src-1",
        "destinationId": "router-one-of-three",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-one-of-three",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      },
      {
       "message": "text",
       "metadata": {
        "jobId": 3,
        "sourceId": "src-1",
        "destinationId": "router-one-of-three",
        "workspaceId": "ws-1",
        "userId": "<<>>12345<<>>12345",
        "attemptNum": 0,
        "transformAt": "router",
        "dontBatch": false
       },
       "destination": {
        "ID": "router-one-of-three",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       }
      }
     ],
     "destType": "promoter"
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": [
      {
       "batchedRequest": {
        "version": "1",
        "type": "REST",
        "method": "POST",
        "endpoint": "https://app.promoter.io/api/contacts/",
        "endpointPath": "contact",
        "userId": "",
        "params": {},
        "files": {},
        "headers": {
         "accept": "application/json",
         "idempotency-key": "router-one-of-three:m-1",
         "content-type": "application/json",
         "authorization": "Token promoter-test-key"
        },
        "body": {
         "JSON_ARRAY": {},
         "XML": {},
         "FORM": {},
         "JSON": {
          "email": "ted@mosbiusdesigns.com",
          "first_name": "Ted",
          "last_name": "Mosby",
          "attributes": {
           "user_id": "12345"
          }
         }
        }
       },
       "metadata": [
        {
         "jobId": 1,
         "sourceId": "src-1",
         "destinationId": "router-one-of-three",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-one-of-three",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 200
      },
      {
       "metadata": [
        {
         "jobId": 2,
         "sourceId": "src-1",
         "destinationId": "router-one-of-three",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-one-of-three",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[event.not_an_object] This is null, not an event. Send one JSON object for each event.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "instrumentation",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-one-of-three",
        "workspaceId": "ws-1"
       }
      },
      {
       "metadata": [
        {
         "jobId": 3,
         "sourceId": "src-1",
         "destinationId": "router-one-of-three",
         "workspaceId": "ws-1",
         "userId": "<<>>12345<<>>12345",
         "attemptNum": 0,
         "transformAt": "router",
         "dontBatch": false
        }
       ],
       "batched": false,
       "destination": {
        "ID": "router-one-of-three",
        "Name": "Promoter.io",
        "DestinationDefinition": {
         "ID": "dd-1",
         "Name": "PROMOTER",
         "DisplayName": "Promoter.io",
         "Config": {}
        },
        "Config": {
         "apiKey": "promoter-test-key",
         "baseUrl": "https://app.promoter.io",
         "segmentUrl": "https://segment.promoter.io/api/segment/",
         "campaignId": "1"
        },
        "Enabled": true,
        "WorkspaceID": "ws-1",
        "RevisionID": "1"
       },
       "statusCode": 400,
       "error": "[event.not_an_object] This is text, not an event. Send one JSON object for each event.",
       "statTags": {
        "errorCategory": "dataValidation",
        "errorType": "instrumentation",
        "destType": "PROMOTER",
        "module": "destination",
        "implementation": "native",
        "feature": "router",
        "destinationId": "router-one-of-three",
        "workspaceId": "ws-1"
       }
      }
     ]
    }
   }
  }
 }
];
