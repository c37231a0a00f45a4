#include "put_priv.h"

#include "base/time_text.h"
#include "flow.h"

void put_number(struct json_out *out, const char *key, int64_t n)
{
    if (n == FLOW_NONE)
        json_put_null(out, key);
    else
        json_put_int(out, key, n);
}

void put_time(struct json_out *out, const char *key, int64_t seconds)
{
    char buf[TIME_TEXT_CAP];

    json_put_text(out, key, seconds == FLOW_NONE ? NULL : time_rfc3339(buf, seconds));
}

void put_texts(struct json_out *out, const char *key, const struct flow_texts *texts)
{
    put_list(out, key);
    for (size_t i = 0; i < texts->n; i++)
        json_text(out, texts->at[i]);
    json_array_end(out);
}

void put_known_text(struct json_out *out, const char *key, const char *text)
{
    if (text)
        json_put_text(out, key, text);
}

void put_known_number(struct json_out *out, const char *key, int64_t n)
{
    if (n != FLOW_NONE)
        json_put_int(out, key, n);
}

void put_known_time(struct json_out *out, const char *key, int64_t seconds)
{
    if (seconds != FLOW_NONE)
        put_time(out, key, seconds);
}

void put_open(struct json_out *out, const char *key)
{
    json_key(out, key);
    json_object(out);
}

void put_list(struct json_out *out, const char *key)
{
    json_key(out, key);
    json_array(out);
}
