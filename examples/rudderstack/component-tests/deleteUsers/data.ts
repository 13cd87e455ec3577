// Written by examples/rudderstack/generate.py, which a test holds to this file: change that one.
export const data = [
 {
  "id": "promoter-userDeletion-deleted",
  "name": "promoter",
  "description": "A contact is removed",
  "scenario": "Business",
  "successCriteria": "Status code 200",
  "feature": "userDeletion",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": [
     {
      "jobId": "5",
      "destType": "promoter",
      "config": {
       "apiKey": "promoter-test-key",
       "baseUrl": "https://app.promoter.io",
       "segmentUrl": "https://segment.promoter.io/api/segment/",
       "campaignId": "1"
      },
      "userAttributes": [
       {
        "userId": "deleted",
        "email": "delete-deleted@example.com"
       }
      ]
     }
    ]
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": [
     {
      "statusCode": 200,
      "status": "successful"
     }
    ]
   }
  }
 },
 {
  "id": "promoter-userDeletion-gone-already",
  "name": "promoter",
  "description": "Whom Promoter does not know is gone",
  "scenario": "Business",
  "successCriteria": "Status code 200",
  "feature": "userDeletion",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": [
     {
      "jobId": "5",
      "destType": "promoter",
      "config": {
       "apiKey": "promoter-test-key",
       "baseUrl": "https://app.promoter.io",
       "segmentUrl": "https://segment.promoter.io/api/segment/",
       "campaignId": "1"
      },
      "userAttributes": [
       {
        "userId": "gone-already",
        "email": "delete-gone-already@example.com"
       }
      ]
     }
    ]
   }
  },
  "output": {
   "response": {
    "status": 200,
    "body": [
     {
      "statusCode": 200,
      "status": "successful"
     }
    ]
   }
  }
 },
 {
  "id": "promoter-userDeletion-unauthorized",
  "name": "promoter",
  "description": "The key is not accepted",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "userDeletion",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": [
     {
      "jobId": "5",
      "destType": "promoter",
      "config": {
       "apiKey": "promoter-test-key",
       "baseUrl": "https://app.promoter.io",
       "segmentUrl": "https://segment.promoter.io/api/segment/",
       "campaignId": "1"
      },
      "userAttributes": [
       {
        "userId": "unauthorized",
        "email": "delete-unauthorized@example.com"
       }
      ]
     }
    ]
   }
  },
  "output": {
   "response": {
    "status": 400,
    "body": [
     {
      "statusCode": 400,
      "error": "[promoter.unauthorized] Promoter did not accept the API key at https://app.promoter.io/api/contacts/remove/: Invalid token. Check the API key, and what it may do."
     }
    ]
   }
  }
 },
 {
  "id": "promoter-userDeletion-failing",
  "name": "promoter",
  "description": "Promoter fails, so the job is to come again",
  "scenario": "Business",
  "successCriteria": "Status code 500",
  "feature": "userDeletion",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": [
     {
      "jobId": "5",
      "destType": "promoter",
      "config": {
       "apiKey": "promoter-test-key",
       "baseUrl": "https://app.promoter.io",
       "segmentUrl": "https://segment.promoter.io/api/segment/",
       "campaignId": "1"
      },
      "userAttributes": [
       {
        "userId": "failing",
        "email": "delete-failing@example.com"
       }
      ]
     }
    ]
   }
  },
  "output": {
   "response": {
    "status": 500,
    "body": [
     {
      "statusCode": 500,
      "error": "[promoter.unavailable] Promoter answered 503 at https://app.promoter.io/api/contacts/remove/: Down."
     }
    ]
   }
  }
 },
 {
  "id": "promoter-userDeletion-wrong-config",
  "name": "promoter",
  "description": "The Config lacks its key",
  "scenario": "Business",
  "successCriteria": "Status code 400",
  "feature": "userDeletion",
  "module": "destination",
  "version": "v0",
  "input": {
   "request": {
    "method": "POST",
    "headers": {
     "Content-Type": "application/json"
    },
    "body": [
     {
      "jobId": "5",
      "destType": "promoter",
      "config": {
       "apiKey": "",
       "baseUrl": "https://app.promoter.io",
       "segmentUrl": "https://segment.promoter.io/api/segment/",
       "campaignId": "1"
      },
      "userAttributes": [
       {
        "userId": "wrong-config",
        "email": "delete-wrong-config@example.com"
       }
      ]
     }
    ]
   }
  },
  "output": {
   "response": {
    "status": 400,
    "body": [
     {
      "statusCode": 400,
      "error": "[rudder.config] The destination cannot be used. Config.apiKey is missing; the destination needs it."
     }
    ]
   }
  }
 }
];
