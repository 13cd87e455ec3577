/** Commands for the shell that fill an empty list. */

const ADDRESS = location.origin;
const TOKEN = '-H "Authorization: Token $PROMOTER_API_KEY"';
const JSON_BODY = '-H "Content-Type: application/json"';

/** What an empty list says of the key. */
export const KEY_NOTE = "PROMOTER_API_KEY is promoter-test-key unless the mock was started with another.";

/** Survey a contact. */
export const SURVEY = command("/api/v2/survey/", TOKEN, {
  campaign_id: 1,
  contact: { email: "kate@example.com", first_name: "Kate" },
  attributes: { plan: "Pro" },
});

/** Make a contact. */
export const CONTACT = command("/api/contacts/", TOKEN, { email: "kate@example.com", attributes: { plan: "Pro" } });

/** Send a raw event. */
export const EVENT = command("/api/segment/", '-u "$PROMOTER_API_KEY:"', {
  type: "identify",
  userId: "12345",
  traits: { email: "kate@example.com" },
});

function command(path, key, body) {
  return `curl ${ADDRESS}${path} \\\n  ${key} \\\n  ${JSON_BODY} \\\n  -d '${JSON.stringify(body)}'`;
}
