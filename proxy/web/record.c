#include "record.h"

#include <string.h>

#include <jansson.h>

static void add(struct record *r, const char *sha256, const char *source)
{
    for (size_t i = 0; i < r->n_certificates; i++)
        if (!strcmp(r->certificates[i].sha256, sha256))
            return;
    if (r->n_certificates == RECORD_CERTIFICATES_MOST)
        return;
    r->certificates[r->n_certificates].sha256 = sha256;
    r->certificates[r->n_certificates++].source = source;
}

/* A list of fingerprints; what stands for a certificate in a record is its fingerprint. */
static void add_all(struct record *r, const json_t *list, const char *source)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_is_string(json_array_get(list, i)))
            add(r, json_string_value(json_array_get(list, i)), source);
}

static void find_certificates(struct record *r)
{
    const json_t *server = json_object_get(r->root, "server_leg");
    const json_t *leaf = json_object_get(json_object_get(r->root, "client_leg"), "leaf");

    add_all(r, json_object_get(server, "chain"), "sent");
    add_all(r, json_object_get(server, "fetched"), "fetched");
    add_all(r, json_object_get(json_object_get(server, "verdict"), "path"), "store");
    if (json_is_string(leaf))
        add(r, json_string_value(leaf), "made");
}

bool record_read(struct record *r, const char *json, size_t len, struct err *e)
{
    json_error_t where;

    *r = (struct record){.root = json_loadb(json, len, 0, &where)};
    if (!r->root)
        return err_set(e, ERR_SYSTEM, "a record in the store cannot be read: %.80s", where.text);
    find_certificates(r);
    r->n_exchanges = json_array_size(json_object_get(r->root, "exchanges"));
    return true;
}

void record_fini(struct record *r)
{
    json_decref(r->root);
    *r = (struct record){0};
}

const char *record_next_step(const struct record *r)
{
    static const char *const lists[] = {"device_fix", "server_fix"};
    const json_t *top = json_array_get(json_object_get(r->root, "diagnosis"), 0);

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const json_t *first = json_array_get(json_object_get(top, lists[i]), 0);

        if (json_is_string(first))
            return json_string_value(first);
    }
    return json_string_value(json_object_get(top, "next_test"));
}

const char *record_root(const struct record *r)
{
    const json_t *verdict = json_object_get(json_object_get(r->root, "server_leg"), "verdict");
    const json_t *path = json_object_get(verdict, "path");
    const char *word = json_string_value(json_object_get(verdict, "verdict"));
    size_t n = json_array_size(path);

    return n && word && !strcmp(word, "accept") ? json_string_value(json_array_get(path, n - 1))
                                                : NULL;
}

static int64_t number(const json_t *value)
{
    return json_is_integer(value) ? (int64_t)json_integer_value(value) : RECORD_NONE;
}

struct record_exchange record_exchange(const struct record *r, size_t n)
{
    const json_t *one = json_array_get(json_object_get(r->root, "exchanges"), n);

    return (struct record_exchange){
        .method = json_string_value(json_object_get(one, "method")),
        .url = json_string_value(json_object_get(one, "url")),
        .status = number(json_object_get(one, "status")),
        .ms = number(json_object_get(one, "ms")),
    };
}
