# The pieces of docs/mock.md that are for the shell; tests/test_mock_docs.py runs them in this order.

# [start]
mock-promoter serve --port 8080 &
export MOCK_PROMOTER_URL=http://127.0.0.1:8080
mock-promoter wait
# [end]

# [seed]
mock-promoter seed examples/mock/seed.yaml
mock-promoter reset
# [end]

# [first]
curl -s "$MOCK_PROMOTER_URL/api/v2/survey/" \
  -H "Authorization: Token promoter-test-key" -H "Content-Type: application/json" \
  -d '{"campaign_id": 1, "contact": {"email": "chris@mac.com"}, "attributes": {"order": "o-1"}}'
mock-promoter requests
# [end]

# [wait]
mock-promoter wait --count 1 --method POST --path "/api/v2/survey/" --timeout 10
# [end]

# [verify]
curl -s --fail-with-body "$MOCK_PROMOTER_URL/__mock__/verify" \
  -d '{"match": {"method": "POST", "body": {"contact": {"email": "chris@mac.com"}}}, "times": {"exactly": 1}}'
# [end]

# [answer]
curl -s "$MOCK_PROMOTER_URL/__mock__/surveys/2/answer" -d '{"score": 10, "comment": "Great"}'
curl -s "$MOCK_PROMOTER_URL/api/metrics/" -H "Authorization: Token promoter-test-key"
# [end]

# [fail]
curl -s "$MOCK_PROMOTER_URL/__mock__/faults" \
  -d '{"match": {"path": "/api/*"}, "effect": {"kind": "status", "status": 503}, "times": 2}'
curl -s "$MOCK_PROMOTER_URL/__mock__/faults" \
  -d '{"effect": {"kind": "latency", "seconds": 0.2, "jitter_seconds": 0.1}, "probability": 0.3, "seed": 7}'
curl -s -X DELETE "$MOCK_PROMOTER_URL/__mock__/faults"
# [end]

# [limit]
curl -s -X PUT "$MOCK_PROMOTER_URL/__mock__/rate-limit" -d '{"limit": 10, "window_seconds": 1}'
curl -s -X DELETE "$MOCK_PROMOTER_URL/__mock__/rate-limit"
# [end]

# [webhook]
curl -s "$MOCK_PROMOTER_URL/__mock__/webhooks" -d '{"url": "http://127.0.0.1:9000/hook", "events": ["feedback.added_or_changed"]}'
curl -s "$MOCK_PROMOTER_URL/__mock__/deliveries?wait=5"
# [end]

# [clock]
curl -s "$MOCK_PROMOTER_URL/__mock__/clock/advance" -d '{"days": 90}'
# [end]

# [stop]
kill %1
# [end]
