/* web/message_json.h - what was said, as the API tells it. Private to web/. */
#ifndef WHYTLS_WEB_MESSAGE_JSON_H
#define WHYTLS_WEB_MESSAGE_JSON_H

#include <stdbool.h>

struct json_out;
struct spoken_message;

/* {"headers":[[name,value]…],"body":…}; NULL: nothing was kept. `raw`: with credentials. */
void message_json(const struct spoken_message *m, bool raw, struct json_out *j);

#endif
