// Written by examples/rudderstack/generate.py, which a test holds to this file: change that one.
export const networkCallsData = [
 {
  "httpReq": {
   "method": "POST",
   "url": "https://app.promoter.io/api/contacts/",
   "data": {
    "email": "contact@example.com",
    "first_name": "Ted",
    "last_name": "Mosby",
    "attributes": {
     "user_id": "12345"
    }
   },
   "headers": {
    "accept": "application/json",
    "idempotency-key": "router-contact:contact",
    "content-type": "application/json",
    "authorization": "Token promoter-test-key"
   }
  },
  "httpRes": {
   "status": 201,
   "data": {
    "id": 1
   }
  }
 },
 {
  "httpReq": {
   "method": "POST",
   "url": "https://app.promoter.io/api/contacts/",
   "data": {
    "email": "contact-v0@example.com",
    "first_name": "Ted",
    "last_name": "Mosby",
    "attributes": {
     "user_id": "12345"
    }
   },
   "headers": {
    "accept": "application/json",
    "idempotency-key": "router-contact-v0:contact-v0",
    "content-type": "application/json",
    "authorization": "Token promoter-test-key"
   }
  },
  "httpRes": {
   "status": 201,
   "data": {
    "id": 1
   }
  }
 },
 {
  "httpReq": {
   "method": "POST",
   "url": "https://app.promoter.io/api/v2/survey/",
   "data": {
    "campaign_id": 1,
    "contact": {
     "email": "survey@example.com",
     "first_name": "Ted",
     "last_name": "Mosby"
    },
    "attributes": {
     "event": "Friend Invited"
    }
   },
   "headers": {
    "accept": "application/json",
    "idempotency-key": "router-survey:survey",
    "content-type": "application/json",
    "authorization": "Token promoter-test-key"
   }
  },
  "httpRes": {
   "status": 200,
   "data": {
    "campaign": 1
   }
  }
 },
 {
  "httpReq": {
   "method": "POST",
   "url": "https://segment.promoter.io/api/segment/",
   "data": {
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
   },
   "headers": {
    "accept": "application/json",
    "idempotency-key": "router-order:order",
    "content-type": "application/json",
    "authorization": "Basic cHJvbW90ZXItdGVzdC1rZXk6"
   }
  },
  "httpRes": {
   "status": 200,
   "data": {}
  }
 },
 {
  "httpReq": {
   "method": "POST",
   "url": "https://app.promoter.io/api/v2/survey/",
   "data": {
    "campaign_id": 1,
    "contact": {
     "email": "not-eligible@example.com",
     "first_name": "Ted",
     "last_name": "Mosby"
    },
    "attributes": {
     "event": "Friend Invited"
    }
   },
   "headers": {
    "accept": "application/json",
    "idempotency-key": "router-not-eligible:not-eligible",
    "content-type": "application/json",
    "authorization": "Token promoter-test-key"
   }
  },
  "httpRes": {
   "status": 400,
   "data": {
    "non_field_errors": [
     "Contact is not eligible for survey."
    ]
   }
  }
 },
 {
  "httpReq": {
   "method": "POST",
   "url": "https://app.promoter.io/api/contacts/",
   "data": {
    "email": "refused@example.com",
    "first_name": "Ted",
    "last_name": "Mosby",
    "attributes": {
     "user_id": "12345"
    }
   },
   "headers": {
    "accept": "application/json",
    "idempotency-key": "router-refused:refused",
    "content-type": "application/json",
    "authorization": "Token promoter-test-key"
   }
  },
  "httpRes": {
   "status": 400,
   "data": {
    "email": [
     "Not valid."
    ]
   }
  }
 },
 {
  "httpReq": {
   "method": "POST",
   "url": "https://app.promoter.io/api/contacts/",
   "data": {
    "email": "unauthorized@example.com",
    "first_name": "Ted",
    "last_name": "Mosby",
    "attributes": {
     "user_id": "12345"
    }
   },
   "headers": {
    "accept": "application/json",
    "idempotency-key": "router-unauthorized:unauthorized",
    "content-type": "application/json",
    "authorization": "Token promoter-test-key"
   }
  },
  "httpRes": {
   "status": 401,
   "data": {
    "detail": "Invalid token."
   }
  }
 },
 {
  "httpReq": {
   "method": "POST",
   "url": "https://app.promoter.io/api/contacts/",
   "data": {
    "email": "unauthorized-v0@example.com",
    "first_name": "Ted",
    "last_name": "Mosby",
    "attributes": {
     "user_id": "12345"
    }
   },
   "headers": {
    "accept": "application/json",
    "idempotency-key": "router-unauthorized-v0:unauthorized-v0",
    "content-type": "application/json",
    "authorization": "Token promoter-test-key"
   }
  },
  "httpRes": {
   "status": 401,
   "data": {
    "detail": "Invalid token."
   }
  }
 },
 {
  "httpReq": {
   "method": "POST",
   "url": "https://app.promoter.io/api/v2/survey/",
   "data": {
    "campaign_id": 1,
    "contact": {
     "email": "no-such-campaign@example.com",
     "first_name": "Ted",
     "last_name": "Mosby"
    },
    "attributes": {
     "event": "Friend Invited"
    }
   },
   "headers": {
    "accept": "application/json",
    "idempotency-key": "router-no-such-campaign:no-such-campaign",
    "content-type": "application/json",
    "authorization": "Token promoter-test-key"
   }
  },
  "httpRes": {
   "status": 404,
   "data": {
    "detail": "Not found."
   }
  }
 },
 {
  "httpReq": {
   "method": "POST",
   "url": "https://app.promoter.io/api/contacts/",
   "data": {
    "email": "throttled@example.com",
    "first_name": "Ted",
    "last_name": "Mosby",
    "attributes": {
     "user_id": "12345"
    }
   },
   "headers": {
    "accept": "application/json",
    "idempotency-key": "router-throttled:throttled",
    "content-type": "application/json",
    "authorization": "Token promoter-test-key"
   }
  },
  "httpRes": {
   "status": 429,
   "data": {
    "detail": "Slow down."
   }
  }
 },
 {
  "httpReq": {
   "method": "POST",
   "url": "https://app.promoter.io/api/contacts/",
   "data": {
    "email": "failing@example.com",
    "first_name": "Ted",
    "last_name": "Mosby",
    "attributes": {
     "user_id": "12345"
    }
   },
   "headers": {
    "accept": "application/json",
    "idempotency-key": "router-failing:failing",
    "content-type": "application/json",
    "authorization": "Token promoter-test-key"
   }
  },
  "httpRes": {
   "status": 500,
   "data": {
    "detail": "Server error."
   }
  }
 },
 {
  "httpReq": {
   "method": "POST",
   "url": "https://app.promoter.io/api/v2/survey/",
   "data": {
    "campaign_id": 1,
    "contact": {
     "email": "a-page@example.com",
     "first_name": "Ted",
     "last_name": "Mosby"
    },
    "attributes": {
     "event": "Friend Invited"
    }
   },
   "headers": {
    "accept": "application/json",
    "idempotency-key": "router-a-page:a-page",
    "content-type": "application/json",
    "authorization": "Token promoter-test-key"
   }
  },
  "httpRes": {
   "status": 200,
   "data": "<html></html>"
  }
 },
 {
  "httpReq": {
   "method": "POST",
   "url": "https://segment.promoter.io/api/segment/",
   "data": {
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
   },
   "headers": {
    "accept": "application/json",
    "idempotency-key": "router-no-use:no-use",
    "content-type": "application/json",
    "authorization": "Basic cHJvbW90ZXItdGVzdC1rZXk6"
   }
  },
  "httpRes": {
   "status": 501,
   "data": {}
  }
 },
 {
  "httpReq": {
   "method": "POST",
   "url": "https://app.promoter.io/api/contacts/remove/",
   "data": {
    "email": "delete-deleted@example.com"
   },
   "headers": {
    "idempotency-key": "promoter:delete-49a4ae1d668f35f5b5ed5f6f6d0eb3df",
    "content-type": "application/json",
    "authorization": "Token promoter-test-key"
   }
  },
  "httpRes": {
   "status": 200,
   "data": {
    "result": true
   }
  }
 },
 {
  "httpReq": {
   "method": "POST",
   "url": "https://app.promoter.io/api/contacts/remove/",
   "data": {
    "email": "delete-gone-already@example.com"
   },
   "headers": {
    "idempotency-key": "promoter:delete-9df490bc42644823011057396f44f689",
    "content-type": "application/json",
    "authorization": "Token promoter-test-key"
   }
  },
  "httpRes": {
   "status": 404,
   "data": {
    "detail": "Not found."
   }
  }
 },
 {
  "httpReq": {
   "method": "POST",
   "url": "https://app.promoter.io/api/contacts/remove/",
   "data": {
    "email": "delete-unauthorized@example.com"
   },
   "headers": {
    "idempotency-key": "promoter:delete-c9b8a94ef8d8ace9024cfa454d3fb204",
    "content-type": "application/json",
    "authorization": "Token promoter-test-key"
   }
  },
  "httpRes": {
   "status": 401,
   "data": {
    "detail": "Invalid token."
   }
  }
 },
 {
  "httpReq": {
   "method": "POST",
   "url": "https://app.promoter.io/api/contacts/remove/",
   "data": {
    "email": "delete-failing@example.com"
   },
   "headers": {
    "idempotency-key": "promoter:delete-20f1c7be8b956acc2e21101850d2d6e8",
    "content-type": "application/json",
    "authorization": "Token promoter-test-key"
   }
  },
  "httpRes": {
   "status": 503,
   "data": {
    "detail": "Down."
   }
  }
 }
];
