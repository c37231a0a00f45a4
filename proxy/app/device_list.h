/* app/device_list.h - the phones that we know, for a terminal and as JSON. */
#ifndef WHYTLS_APP_DEVICE_LIST_H
#define WHYTLS_APP_DEVICE_LIST_H

#include <stdbool.h>
#include <stdint.h>

struct device_history;
struct json_out;
struct term;
struct text;

/* All devices, seen last first; `id` not NULL: this one, with every host. */
void device_list_write(const struct term *t, struct device_history *h, const char *id,
    int64_t now_ms, struct text *out);
/* Into an object that is open: "devices". */
void device_list_json(struct device_history *h, const char *id, int64_t now_ms, struct json_out *j);

#endif
