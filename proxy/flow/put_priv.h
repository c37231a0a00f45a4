/* flow/put_priv.h - values of the record as members of a JSON object. Private to flow/.
 *
 * What is absent is null; by the `known` forms, which are for what few flows have, it is left
 * out. */
#ifndef WHYTLS_FLOW_PUT_PRIV_H
#define WHYTLS_FLOW_PUT_PRIV_H

#include <stdint.h>

#include "base/json_out.h"

struct flow_texts;

void put_number(struct json_out *out, const char *key, int64_t n);
void put_time(struct json_out *out, const char *key, int64_t seconds);
void put_texts(struct json_out *out, const char *key, const struct flow_texts *texts);
void put_known_text(struct json_out *out, const char *key, const char *text);
void put_known_number(struct json_out *out, const char *key, int64_t n);
void put_known_time(struct json_out *out, const char *key, int64_t seconds);
/* Begin an object, or a list, under that key. */
void put_open(struct json_out *out, const char *key);
void put_list(struct json_out *out, const char *key);

#endif
