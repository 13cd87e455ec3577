// Written by examples/rudderstack/generate.py, which a test holds to this file: change that one.
export const data = [
 {
  "id": "promoter-dataDelivery-contact",
  "name": "promoter",
  "description": "A contact is made",
  "scenario": "Business",
  "successCriteria": "Status code 200",
  "feature": "dataDelivery",
  "module": "destination",
  "version": "v1",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "type": "REST",
     "method": "POST",
     "endpoint": "https://app.promoter.io/api/contacts/",
     "endpointPath": "contact",
     "userId": "",
     "params": {},
     "files": {},
     "headers": {
      "accept": "application/json",
      "idempotency-key": "router-contact:contact",
      "content-type": "application/json",
      "authorization": "Token promoter-test-key"
     },
     "body": {
      "JSON_ARRAY": {},
      "XML": {},
      "FORM": {},
      "JSON": {
       "email": "contact@example.com",
       "first_name": "Ted",
       "last_name": "Mosby",
       "attributes": {
        "user_id": "12345"
       }
      }
     },
     "metadata": [
      {
       "jobId": 1,
       "attemptNum": 0,
       "userId": "",
       "sourceId": "src-1",
       "destinationId": "proxy-contact",
       "workspaceId": "ws-1",
       "secret": null,
       "dontBatch": false
      }
     ],
     "destinationConfig": {
      "apiKey": "promoter-test-key",
      "baseUrl": "https://app.promoter.io",
      "segmentUrl": "https://segment.promoter.io/api/segment/",
      "campaignId": "1"
     }
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": {
      "status": 200,
      "message": "success",
      "response": [
       {
        "statusCode": 200,
        "error": "success",
        "metadata": {
         "jobId": 1,
         "attemptNum": 0,
         "userId": "",
         "sourceId": "src-1",
         "destinationId": "proxy-contact",
         "workspaceId": "ws-1",
         "secret": null,
         "dontBatch": false
        }
       }
      ]
     }
    }
   }
  }
 },
 {
  "id": "promoter-dataDelivery-contact-v0",
  "name": "promoter",
  "description": "The same by the older call",
  "scenario": "Business",
  "successCriteria": "Status code 200",
  "feature": "dataDelivery",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "type": "REST",
     "method": "POST",
     "endpoint": "https://app.promoter.io/api/contacts/",
     "endpointPath": "contact",
     "userId": "",
     "params": {},
     "files": {},
     "headers": {
      "accept": "application/json",
      "idempotency-key": "router-contact-v0:contact-v0",
      "content-type": "application/json",
      "authorization": "Token promoter-test-key"
     },
     "body": {
      "JSON_ARRAY": {},
      "XML": {},
      "FORM": {},
      "JSON": {
       "email": "contact-v0@example.com",
       "first_name": "Ted",
       "last_name": "Mosby",
       "attributes": {
        "user_id": "12345"
       }
      }
     },
     "metadata": {
      "jobId": 1,
      "attemptNum": 0,
      "userId": "",
      "sourceId": "src-1",
      "destinationId": "proxy-contact-v0",
      "workspaceId": "ws-1",
      "secret": null,
      "dontBatch": false
     },
     "destinationConfig": {
      "apiKey": "promoter-test-key",
      "baseUrl": "https://app.promoter.io",
      "segmentUrl": "https://segment.promoter.io/api/segment/",
      "campaignId": "1"
     }
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": {
      "status": 200,
      "message": "success"
     }
    }
   }
  }
 },
 {
  "id": "promoter-dataDelivery-survey",
  "name": "promoter",
  "description": "Somebody is surveyed",
  "scenario": "Business",
  "successCriteria": "Status code 200",
  "feature": "dataDelivery",
  "module": "destination",
  "version": "v1",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "type": "REST",
     "method": "POST",
     "endpoint": "https://app.promoter.io/api/v2/survey/",
     "endpointPath": "survey",
     "userId": "",
     "params": {},
     "files": {},
     "headers": {
      "accept": "application/json",
      "idempotency-key": "router-survey:survey",
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
        "email": "survey@example.com",
        "first_name": "Ted",
        "last_name": "Mosby"
       },
       "attributes": {
        "event": "Friend Invited"
       }
      }
     },
     "metadata": [
      {
       "jobId": 1,
       "attemptNum": 0,
       "userId": "",
       "sourceId": "src-1",
       "destinationId": "proxy-survey",
       "workspaceId": "ws-1",
       "secret": null,
       "dontBatch": false
      }
     ],
     "destinationConfig": {
      "apiKey": "promoter-test-key",
      "baseUrl": "https://app.promoter.io",
      "segmentUrl": "https://segment.promoter.io/api/segment/",
      "campaignId": "1"
     }
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": {
      "status": 200,
      "message": "success",
      "response": [
       {
        "statusCode": 200,
        "error": "success",
        "metadata": {
         "jobId": 1,
         "attemptNum": 0,
         "userId": "",
         "sourceId": "src-1",
         "destinationId": "proxy-survey",
         "workspaceId": "ws-1",
         "secret": null,
         "dontBatch": false
        }
       }
      ]
     }
    }
   }
  }
 },
 {
  "id": "promoter-dataDelivery-order",
  "name": "promoter",
  "description": "An order is stored",
  "scenario": "Business",
  "successCriteria": "Status code 200",
  "feature": "dataDelivery",
  "module": "destination",
  "version": "v1",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "type": "REST",
     "method": "POST",
     "endpoint": "https://segment.promoter.io/api/segment/",
     "endpointPath": "event",
     "userId": "",
     "params": {},
     "files": {},
     "headers": {
      "accept": "application/json",
      "idempotency-key": "router-order:order",
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
       "messageId": "order",
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
     },
     "metadata": [
      {
       "jobId": 1,
       "attemptNum": 0,
       "userId": "",
       "sourceId": "src-1",
       "destinationId": "proxy-order",
       "workspaceId": "ws-1",
       "secret": null,
       "dontBatch": false
      }
     ],
     "destinationConfig": {
      "apiKey": "promoter-test-key",
      "baseUrl": "https://app.promoter.io",
      "segmentUrl": "https://segment.promoter.io/api/segment/",
      "campaignId": "1"
     }
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": {
      "status": 200,
      "message": "success",
      "response": [
       {
        "statusCode": 200,
        "error": "success",
        "metadata": {
         "jobId": 1,
         "attemptNum": 0,
         "userId": "",
         "sourceId": "src-1",
         "destinationId": "proxy-order",
         "workspaceId": "ws-1",
         "secret": null,
         "dontBatch": false
        }
       }
      ]
     }
    }
   }
  }
 },
 {
  "id": "promoter-dataDelivery-not-eligible",
  "name": "promoter",
  "description": "Who may not be surveyed now is done",
  "scenario": "Business",
  "successCriteria": "Status code 298",
  "feature": "dataDelivery",
  "module": "destination",
  "version": "v1",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "type": "REST",
     "method": "POST",
     "endpoint": "https://app.promoter.io/api/v2/survey/",
     "endpointPath": "survey",
     "userId": "",
     "params": {},
     "files": {},
     "headers": {
      "accept": "application/json",
      "idempotency-key": "router-not-eligible:not-eligible",
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
        "email": "not-eligible@example.com",
        "first_name": "Ted",
        "last_name": "Mosby"
       },
       "attributes": {
        "event": "Friend Invited"
       }
      }
     },
     "metadata": [
      {
       "jobId": 1,
       "attemptNum": 0,
       "userId": "",
       "sourceId": "src-1",
       "destinationId": "proxy-not-eligible",
       "workspaceId": "ws-1",
       "secret": null,
       "dontBatch": false
      }
     ],
     "destinationConfig": {
      "apiKey": "promoter-test-key",
      "baseUrl": "https://app.promoter.io",
      "segmentUrl": "https://segment.promoter.io/api/segment/",
      "campaignId": "1"
     }
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": {
      "status": 298,
      "message": "[promoter.not_eligible] Promoter does not survey this contact now (surveyed lately, unsubscribed or inactive): Contact is not eligible for survey.",
      "response": [
       {
        "statusCode": 298,
        "error": "[promoter.not_eligible] Promoter does not survey this contact now (surveyed lately, unsubscribed or inactive): Contact is not eligible for survey.",
        "metadata": {
         "jobId": 1,
         "attemptNum": 0,
         "userId": "",
         "sourceId": "src-1",
         "destinationId": "proxy-not-eligible",
         "workspaceId": "ws-1",
         "secret": null,
         "dontBatch": false
        }
       }
      ],
      "statTags": {
       "errorCategory": "transformation",
       "errorType": "filtered",
       "destType": "PROMOTER",
       "module": "destination",
       "implementation": "native",
       "feature": "dataDelivery",
       "destinationId": "proxy-not-eligible",
       "workspaceId": "ws-1"
      }
     }
    }
   }
  }
 },
 {
  "id": "promoter-dataDelivery-refused",
  "name": "promoter",
  "description": "Promoter refuses a contact",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "dataDelivery",
  "module": "destination",
  "version": "v1",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "type": "REST",
     "method": "POST",
     "endpoint": "https://app.promoter.io/api/contacts/",
     "endpointPath": "contact",
     "userId": "",
     "params": {},
     "files": {},
     "headers": {
      "accept": "application/json",
      "idempotency-key": "router-refused:refused",
      "content-type": "application/json",
      "authorization": "Token promoter-test-key"
     },
     "body": {
      "JSON_ARRAY": {},
      "XML": {},
      "FORM": {},
      "JSON": {
       "email": "refused@example.com",
       "first_name": "Ted",
       "last_name": "Mosby",
       "attributes": {
        "user_id": "12345"
       }
      }
     },
     "metadata": [
      {
       "jobId": 1,
       "attemptNum": 0,
       "userId": "",
       "sourceId": "src-1",
       "destinationId": "proxy-refused",
       "workspaceId": "ws-1",
       "secret": null,
       "dontBatch": false
      }
     ],
     "destinationConfig": {
      "apiKey": "promoter-test-key",
      "baseUrl": "https://app.promoter.io",
      "segmentUrl": "https://segment.promoter.io/api/segment/",
      "campaignId": "1"
     }
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": {
      "status": 400,
      "message": "[promoter.refused] Promoter refused the contact (400): email: Not valid.",
      "response": [
       {
        "statusCode": 400,
        "error": "[promoter.refused] Promoter refused the contact (400): email: Not valid.",
        "metadata": {
         "jobId": 1,
         "attemptNum": 0,
         "userId": "",
         "sourceId": "src-1",
         "destinationId": "proxy-refused",
         "workspaceId": "ws-1",
         "secret": null,
         "dontBatch": false
        }
       }
      ],
      "statTags": {
       "errorCategory": "network",
       "errorType": "aborted",
       "destType": "PROMOTER",
       "module": "destination",
       "implementation": "native",
       "feature": "dataDelivery",
       "destinationId": "proxy-refused",
       "workspaceId": "ws-1"
      }
     }
    }
   }
  }
 },
 {
  "id": "promoter-dataDelivery-unauthorized",
  "name": "promoter",
  "description": "The key is not accepted",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "dataDelivery",
  "module": "destination",
  "version": "v1",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "type": "REST",
     "method": "POST",
     "endpoint": "https://app.promoter.io/api/contacts/",
     "endpointPath": "contact",
     "userId": "",
     "params": {},
     "files": {},
     "headers": {
      "accept": "application/json",
      "idempotency-key": "router-unauthorized:unauthorized",
      "content-type": "application/json",
      "authorization": "Token promoter-test-key"
     },
     "body": {
      "JSON_ARRAY": {},
      "XML": {},
      "FORM": {},
      "JSON": {
       "email": "unauthorized@example.com",
       "first_name": "Ted",
       "last_name": "Mosby",
       "attributes": {
        "user_id": "12345"
       }
      }
     },
     "metadata": [
      {
       "jobId": 1,
       "attemptNum": 0,
       "userId": "",
       "sourceId": "src-1",
       "destinationId": "proxy-unauthorized",
       "workspaceId": "ws-1",
       "secret": null,
       "dontBatch": false
      }
     ],
     "destinationConfig": {
      "apiKey": "promoter-test-key",
      "baseUrl": "https://app.promoter.io",
      "segmentUrl": "https://segment.promoter.io/api/segment/",
      "campaignId": "1"
     }
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": {
      "status": 400,
      "message": "[promoter.unauthorized] Promoter did not accept the API key at https://app.promoter.io/api/contacts/: Invalid token. Check the API key, and what it may do.",
      "response": [
       {
        "statusCode": 400,
        "error": "[promoter.unauthorized] Promoter did not accept the API key at https://app.promoter.io/api/contacts/: Invalid token. Check the API key, and what it may do.",
        "metadata": {
         "jobId": 1,
         "attemptNum": 0,
         "userId": "",
         "sourceId": "src-1",
         "destinationId": "proxy-unauthorized",
         "workspaceId": "ws-1",
         "secret": null,
         "dontBatch": false
        }
       }
      ],
      "statTags": {
       "errorCategory": "network",
       "errorType": "aborted",
       "meta": "unauthorized",
       "destType": "PROMOTER",
       "module": "destination",
       "implementation": "native",
       "feature": "dataDelivery",
       "destinationId": "proxy-unauthorized",
       "workspaceId": "ws-1"
      }
     }
    }
   }
  }
 },
 {
  "id": "promoter-dataDelivery-unauthorized-v0",
  "name": "promoter",
  "description": "The same by the older call",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "dataDelivery",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "type": "REST",
     "method": "POST",
     "endpoint": "https://app.promoter.io/api/contacts/",
     "endpointPath": "contact",
     "userId": "",
     "params": {},
     "files": {},
     "headers": {
      "accept": "application/json",
      "idempotency-key": "router-unauthorized-v0:unauthorized-v0",
      "content-type": "application/json",
      "authorization": "Token promoter-test-key"
     },
     "body": {
      "JSON_ARRAY": {},
      "XML": {},
      "FORM": {},
      "JSON": {
       "email": "unauthorized-v0@example.com",
       "first_name": "Ted",
       "last_name": "Mosby",
       "attributes": {
        "user_id": "12345"
       }
      }
     },
     "metadata": {
      "jobId": 1,
      "attemptNum": 0,
      "userId": "",
      "sourceId": "src-1",
      "destinationId": "proxy-unauthorized-v0",
      "workspaceId": "ws-1",
      "secret": null,
      "dontBatch": false
     },
     "destinationConfig": {
      "apiKey": "promoter-test-key",
      "baseUrl": "https://app.promoter.io",
      "segmentUrl": "https://segment.promoter.io/api/segment/",
      "campaignId": "1"
     }
    }
   }
  },
  "output": {
   "response": {
    "status": 400,
    "body": {
     "output": {
      "status": 400,
      "message": "[promoter.unauthorized] Promoter did not accept the API key at https://app.promoter.io/api/contacts/: Invalid token. Check the API key, and what it may do.",
      "statTags": {
       "errorCategory": "network",
       "errorType": "aborted",
       "meta": "unauthorized",
       "destType": "PROMOTER",
       "module": "destination",
       "implementation": "native",
       "feature": "dataDelivery",
       "destinationId": "proxy-unauthorized-v0",
       "workspaceId": "ws-1"
      }
     }
    }
   }
  }
 },
 {
  "id": "promoter-dataDelivery-no-such-campaign",
  "name": "promoter",
  "description": "There is no such campaign",
  "scenario": "Business",
  "successCriteria": "Status code 500",
  "feature": "dataDelivery",
  "module": "destination",
  "version": "v1",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "type": "REST",
     "method": "POST",
     "endpoint": "https://app.promoter.io/api/v2/survey/",
     "endpointPath": "survey",
     "userId": "",
     "params": {},
     "files": {},
     "headers": {
      "accept": "application/json",
      "idempotency-key": "router-no-such-campaign:no-such-campaign",
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
        "email": "no-such-campaign@example.com",
        "first_name": "Ted",
        "last_name": "Mosby"
       },
       "attributes": {
        "event": "Friend Invited"
       }
      }
     },
     "metadata": [
      {
       "jobId": 1,
       "attemptNum": 0,
       "userId": "",
       "sourceId": "src-1",
       "destinationId": "proxy-no-such-campaign",
       "workspaceId": "ws-1",
       "secret": null,
       "dontBatch": false
      }
     ],
     "destinationConfig": {
      "apiKey": "promoter-test-key",
      "baseUrl": "https://app.promoter.io",
      "segmentUrl": "https://segment.promoter.io/api/segment/",
      "campaignId": "1"
     }
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": {
      "status": 500,
      "message": "[promoter.campaign_not_found] Promoter has no campaign 1: Not found. Check the settings.",
      "response": [
       {
        "statusCode": 500,
        "error": "[promoter.campaign_not_found] Promoter has no campaign 1: Not found. Check the settings.",
        "metadata": {
         "jobId": 1,
         "attemptNum": 0,
         "userId": "",
         "sourceId": "src-1",
         "destinationId": "proxy-no-such-campaign",
         "workspaceId": "ws-1",
         "secret": null,
         "dontBatch": false
        }
       }
      ],
      "statTags": {
       "errorCategory": "network",
       "errorType": "configuration",
       "destType": "PROMOTER",
       "module": "destination",
       "implementation": "native",
       "feature": "dataDelivery",
       "destinationId": "proxy-no-such-campaign",
       "workspaceId": "ws-1"
      }
     }
    }
   }
  }
 },
 {
  "id": "promoter-dataDelivery-throttled",
  "name": "promoter",
  "description": "Promoter says 429 itself",
  "scenario": "Business",
  "successCriteria": "Status code 429",
  "feature": "dataDelivery",
  "module": "destination",
  "version": "v1",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "type": "REST",
     "method": "POST",
     "endpoint": "https://app.promoter.io/api/contacts/",
     "endpointPath": "contact",
     "userId": "",
     "params": {},
     "files": {},
     "headers": {
      "accept": "application/json",
      "idempotency-key": "router-throttled:throttled",
      "content-type": "application/json",
      "authorization": "Token promoter-test-key"
     },
     "body": {
      "JSON_ARRAY": {},
      "XML": {},
      "FORM": {},
      "JSON": {
       "email": "throttled@example.com",
       "first_name": "Ted",
       "last_name": "Mosby",
       "attributes": {
        "user_id": "12345"
       }
      }
     },
     "metadata": [
      {
       "jobId": 1,
       "attemptNum": 0,
       "userId": "",
       "sourceId": "src-1",
       "destinationId": "proxy-throttled",
       "workspaceId": "ws-1",
       "secret": null,
       "dontBatch": false
      }
     ],
     "destinationConfig": {
      "apiKey": "promoter-test-key",
      "baseUrl": "https://app.promoter.io",
      "segmentUrl": "https://segment.promoter.io/api/segment/",
      "campaignId": "1"
     }
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": {
      "status": 429,
      "message": "[promoter.throttled] Promoter asked us to slow down: Slow down.",
      "response": [
       {
        "statusCode": 429,
        "error": "[promoter.throttled] Promoter asked us to slow down: Slow down.",
        "metadata": {
         "jobId": 1,
         "attemptNum": 0,
         "userId": "",
         "sourceId": "src-1",
         "destinationId": "proxy-throttled",
         "workspaceId": "ws-1",
         "secret": null,
         "dontBatch": false
        }
       }
      ],
      "statTags": {
       "errorCategory": "network",
       "errorType": "throttled",
       "destType": "PROMOTER",
       "module": "destination",
       "implementation": "native",
       "feature": "dataDelivery",
       "destinationId": "proxy-throttled",
       "workspaceId": "ws-1"
      }
     }
    }
   }
  }
 },
 {
  "id": "promoter-dataDelivery-failing",
  "name": "promoter",
  "description": "Promoter fails",
  "scenario": "Business",
  "successCriteria": "Status code 500",
  "feature": "dataDelivery",
  "module": "destination",
  "version": "v1",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "type": "REST",
     "method": "POST",
     "endpoint": "https://app.promoter.io/api/contacts/",
     "endpointPath": "contact",
     "userId": "",
     "params": {},
     "files": {},
     "headers": {
      "accept": "application/json",
      "idempotency-key": "router-failing:failing",
      "content-type": "application/json",
      "authorization": "Token promoter-test-key"
     },
     "body": {
      "JSON_ARRAY": {},
      "XML": {},
      "FORM": {},
      "JSON": {
       "email": "failing@example.com",
       "first_name": "Ted",
       "last_name": "Mosby",
       "attributes": {
        "user_id": "12345"
       }
      }
     },
     "metadata": [
      {
       "jobId": 1,
       "attemptNum": 0,
       "userId": "",
       "sourceId": "src-1",
       "destinationId": "proxy-failing",
       "workspaceId": "ws-1",
       "secret": null,
       "dontBatch": false
      }
     ],
     "destinationConfig": {
      "apiKey": "promoter-test-key",
      "baseUrl": "https://app.promoter.io",
      "segmentUrl": "https://segment.promoter.io/api/segment/",
      "campaignId": "1"
     }
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": {
      "status": 500,
      "message": "[promoter.unavailable] Promoter answered 500 at https://app.promoter.io/api/contacts/: Server error.",
      "response": [
       {
        "statusCode": 500,
        "error": "[promoter.unavailable] Promoter answered 500 at https://app.promoter.io/api/contacts/: Server error.",
        "metadata": {
         "jobId": 1,
         "attemptNum": 0,
         "userId": "",
         "sourceId": "src-1",
         "destinationId": "proxy-failing",
         "workspaceId": "ws-1",
         "secret": null,
         "dontBatch": false
        }
       }
      ],
      "statTags": {
       "errorCategory": "network",
       "errorType": "retryable",
       "destType": "PROMOTER",
       "module": "destination",
       "implementation": "native",
       "feature": "dataDelivery",
       "destinationId": "proxy-failing",
       "workspaceId": "ws-1"
      }
     }
    }
   }
  }
 },
 {
  "id": "promoter-dataDelivery-a-page",
  "name": "promoter",
  "description": "200, but the page of something in between",
  "scenario": "Business",
  "successCriteria": "Status code 500",
  "feature": "dataDelivery",
  "module": "destination",
  "version": "v1",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "type": "REST",
     "method": "POST",
     "endpoint": "https://app.promoter.io/api/v2/survey/",
     "endpointPath": "survey",
     "userId": "",
     "params": {},
     "files": {},
     "headers": {
      "accept": "application/json",
      "idempotency-key": "router-a-page:a-page",
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
        "email": "a-page@example.com",
        "first_name": "Ted",
        "last_name": "Mosby"
       },
       "attributes": {
        "event": "Friend Invited"
       }
      }
     },
     "metadata": [
      {
       "jobId": 1,
       "attemptNum": 0,
       "userId": "",
       "sourceId": "src-1",
       "destinationId": "proxy-a-page",
       "workspaceId": "ws-1",
       "secret": null,
       "dontBatch": false
      }
     ],
     "destinationConfig": {
      "apiKey": "promoter-test-key",
      "baseUrl": "https://app.promoter.io",
      "segmentUrl": "https://segment.promoter.io/api/segment/",
      "campaignId": "1"
     }
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": {
      "status": 500,
      "message": "[promoter.not_json] https://app.promoter.io/api/v2/survey/ answered 200 with something that is not Promoter's: '<html></html>'",
      "response": [
       {
        "statusCode": 500,
        "error": "[promoter.not_json] https://app.promoter.io/api/v2/survey/ answered 200 with something that is not Promoter's: '<html></html>'",
        "metadata": {
         "jobId": 1,
         "attemptNum": 0,
         "userId": "",
         "sourceId": "src-1",
         "destinationId": "proxy-a-page",
         "workspaceId": "ws-1",
         "secret": null,
         "dontBatch": false
        }
       }
      ],
      "statTags": {
       "errorCategory": "network",
       "errorType": "retryable",
       "destType": "PROMOTER",
       "module": "destination",
       "implementation": "native",
       "feature": "dataDelivery",
       "destinationId": "proxy-a-page",
       "workspaceId": "ws-1"
      }
     }
    }
   }
  }
 },
 {
  "id": "promoter-dataDelivery-no-use",
  "name": "promoter",
  "description": "501: Promoter has no use for this event",
  "scenario": "Business",
  "successCriteria": "Status code 298",
  "feature": "dataDelivery",
  "module": "destination",
  "version": "v1",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "type": "REST",
     "method": "POST",
     "endpoint": "https://segment.promoter.io/api/segment/",
     "endpointPath": "event",
     "userId": "",
     "params": {},
     "files": {},
     "headers": {
      "accept": "application/json",
      "idempotency-key": "router-no-use:no-use",
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
       "messageId": "no-use",
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
     },
     "metadata": [
      {
       "jobId": 1,
       "attemptNum": 0,
       "userId": "",
       "sourceId": "src-1",
       "destinationId": "proxy-no-use",
       "workspaceId": "ws-1",
       "secret": null,
       "dontBatch": false
      }
     ],
     "destinationConfig": {
      "apiKey": "promoter-test-key",
      "baseUrl": "https://app.promoter.io",
      "segmentUrl": "https://segment.promoter.io/api/segment/",
      "campaignId": "1"
     }
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": {
      "status": 298,
      "message": "[promoter.unsupported] Promoter has no use for this type of event: (no words)",
      "response": [
       {
        "statusCode": 298,
        "error": "[promoter.unsupported] Promoter has no use for this type of event: (no words)",
        "metadata": {
         "jobId": 1,
         "attemptNum": 0,
         "userId": "",
         "sourceId": "src-1",
         "destinationId": "proxy-no-use",
         "workspaceId": "ws-1",
         "secret": null,
         "dontBatch": false
        }
       }
      ],
      "statTags": {
       "errorCategory": "transformation",
       "errorType": "filtered",
       "destType": "PROMOTER",
       "module": "destination",
       "implementation": "native",
       "feature": "dataDelivery",
       "destinationId": "proxy-no-use",
       "workspaceId": "ws-1"
      }
     }
    }
   }
  }
 },
 {
  "id": "promoter-dataDelivery-wrong-config",
  "name": "promoter",
  "description": "The Config lacks its key",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "dataDelivery",
  "module": "destination",
  "version": "v1",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "type": "REST",
     "method": "POST",
     "endpoint": "https://app.promoter.io/api/contacts/",
     "endpointPath": "contact",
     "userId": "",
     "params": {},
     "files": {},
     "headers": {
      "accept": "application/json",
      "idempotency-key": "router-wrong-config:wrong-config",
      "content-type": "application/json",
      "authorization": "Token promoter-test-key"
     },
     "body": {
      "JSON_ARRAY": {},
      "XML": {},
      "FORM": {},
      "JSON": {
       "email": "wrong-config@example.com",
       "first_name": "Ted",
       "last_name": "Mosby",
       "attributes": {
        "user_id": "12345"
       }
      }
     },
     "metadata": [
      {
       "jobId": 1,
       "attemptNum": 0,
       "userId": "",
       "sourceId": "src-1",
       "destinationId": "proxy-wrong-config",
       "workspaceId": "ws-1",
       "secret": null,
       "dontBatch": false
      }
     ],
     "destinationConfig": {
      "apiKey": "",
      "baseUrl": "https://app.promoter.io",
      "segmentUrl": "https://segment.promoter.io/api/segment/",
      "campaignId": "1"
     }
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": {
      "status": 400,
      "message": "[rudder.config] The destination cannot be used. Config.apiKey is missing; the destination needs it.",
      "response": [
       {
        "statusCode": 400,
        "error": "[rudder.config] The destination cannot be used. Config.apiKey is missing; the destination needs it.",
        "metadata": {
         "jobId": 1,
         "attemptNum": 0,
         "userId": "",
         "sourceId": "src-1",
         "destinationId": "proxy-wrong-config",
         "workspaceId": "ws-1",
         "secret": null,
         "dontBatch": false
        }
       }
      ],
      "statTags": {
       "errorCategory": "dataValidation",
       "errorType": "configuration",
       "destType": "PROMOTER",
       "module": "destination",
       "implementation": "native",
       "feature": "dataDelivery",
       "destinationId": "proxy-wrong-config",
       "workspaceId": "ws-1"
      }
     }
    }
   }
  }
 },
 {
  "id": "promoter-dataDelivery-elsewhere",
  "name": "promoter",
  "description": "An address that the Config does not name gets no key",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "dataDelivery",
  "module": "destination",
  "version": "v1",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": {
     "type": "REST",
     "method": "POST",
     "endpoint": "https://app.promoter.io/api/contacts/",
     "endpointPath": "contact",
     "userId": "",
     "params": {},
     "files": {},
     "headers": {
      "accept": "application/json",
      "idempotency-key": "router-elsewhere:elsewhere",
      "content-type": "application/json",
      "authorization": "Token promoter-test-key"
     },
     "body": {
      "JSON_ARRAY": {},
      "XML": {},
      "FORM": {},
      "JSON": {
       "email": "elsewhere@example.com",
       "first_name": "Ted",
       "last_name": "Mosby",
       "attributes": {
        "user_id": "12345"
       }
      }
     },
     "metadata": [
      {
       "jobId": 1,
       "attemptNum": 0,
       "userId": "",
       "sourceId": "src-1",
       "destinationId": "proxy-elsewhere",
       "workspaceId": "ws-1",
       "secret": null,
       "dontBatch": false
      }
     ],
     "destinationConfig": {
      "apiKey": "promoter-test-key",
      "baseUrl": "https://promoter.example",
      "segmentUrl": "https://promoter.example/api/segment/",
      "campaignId": "1"
     }
    }
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": {
     "output": {
      "status": 400,
      "message": "[rudder.bad_payload] The request cannot be delivered: its endpoint is on none of the servers that the destination's Config names, and the key goes to those alone.",
      "response": [
       {
        "statusCode": 400,
        "error": "[rudder.bad_payload] The request cannot be delivered: its endpoint is on none of the servers that the destination's Config names, and the key goes to those alone.",
        "metadata": {
         "jobId": 1,
         "attemptNum": 0,
         "userId": "",
         "sourceId": "src-1",
         "destinationId": "proxy-elsewhere",
         "workspaceId": "ws-1",
         "secret": null,
         "dontBatch": false
        }
       }
      ],
      "statTags": {
       "errorCategory": "dataValidation",
       "errorType": "instrumentation",
       "destType": "PROMOTER",
       "module": "destination",
       "implementation": "native",
       "feature": "dataDelivery",
       "destinationId": "proxy-elsewhere",
       "workspaceId": "ws-1"
      }
     }
    }
   }
  }
 }
];
