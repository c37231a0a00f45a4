#include "case_wants.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"
#include "cert/chain.h"

struct word {
    const char *text;
    unsigned bit;
};

static const struct word key_usages[] = {
    {"digitalSignature", CERT_USE_DIGITAL_SIGNATURE},
    {"nonRepudiation", CERT_USE_NON_REPUDIATION},
    {"contentCommitment", CERT_USE_NON_REPUDIATION},
    {"keyEncipherment", CERT_USE_KEY_ENCIPHERMENT},
    {"dataEncipherment", CERT_USE_DATA_ENCIPHERMENT},
    {"keyAgreement", CERT_USE_KEY_AGREEMENT},
    {"keyCertSign", CERT_USE_CERT_SIGN},
    {"cRLSign", CERT_USE_CRL_SIGN},
    {"encipherOnly", CERT_USE_ENCIPHER_ONLY},
    {"decipherOnly", CERT_USE_DECIPHER_ONLY},
    {NULL, 0},
};

static const struct word smime_usages[] = {
    {"sign", SMIME_SIGN},
    {"key-encrypt", SMIME_KEY_ENCRYPT},
    {"data-encrypt", SMIME_DATA_ENCRYPT},
    {"key-agreement", SMIME_KEY_AGREEMENT},
    {NULL, 0},
};

/* NULL and true when the member is absent; false when it is no list or too long. */
static bool list_get(const json_t *o, const char *key, const json_t **out, struct err *e)
{
    *out = json_object_get(o, key);
    if (json_is_null(*out))
        *out = NULL;
    if (!*out)
        return true;
    if (!json_is_array(*out))
        return err_set(e, ERR_INPUT, "\"%s\" must be a list", key);
    if (json_array_size(*out) > CASE_LIST_MOST)
        return err_set(e, ERR_INPUT, "\"%s\" has %zu items, the limit is %d", key,
            json_array_size(*out), CASE_LIST_MOST);
    return true;
}

static bool words_read(
    const json_t *o, const char *key, const struct word *words, unsigned *out, struct err *e)
{
    const json_t *list, *item;
    size_t i;

    if (!list_get(o, key, &list, e))
        return false;
    json_array_foreach(list, i, item)
    {
        const struct word *w = words;

        while (w->text && !(json_is_string(item) && strcmp(json_string_value(item), w->text) == 0))
            w++;
        if (!w->text)
            return err_set(e, ERR_INPUT, "item %zu of \"%s\" is not one of %s, %s, …", i, key,
                words[0].text, words[1].text);
        *out |= w->bit;
    }
    return true;
}

static bool text_read(const json_t *value, const char *key, char **out, struct err *e)
{
    if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
        return err_set(e, ERR_INPUT, "\"%s\" must be a string without NUL", key);
    *out = mem_text(json_string_value(value));
    return true;
}

static bool names_read(const json_t *o, struct case_wants *out, struct err *e)
{
    const json_t *email = json_object_get(o, "email"), *list, *item;
    size_t i;

    if (email && !json_is_null(email) && !text_read(email, "email", &out->email, e))
        return false;
    if (!list_get(o, "trusted_names", &list, e))
        return false;
    if (list)
        out->server_names = mem_array(json_array_size(list) + 1, sizeof(*out->server_names));
    json_array_foreach(list, i, item)
    {
        if (!text_read(item, "trusted_names", &out->server_names[i], e))
            return false;
        out->n_server_names++;
    }
    return true;
}

static bool depth_read(const json_t *o, struct case_wants *out, struct err *e)
{
    const json_t *depth = json_object_get(o, "max_depth");

    if (!depth || json_is_null(depth))
        return true;
    if (!json_is_integer(depth) || json_integer_value(depth) < 0 ||
        json_integer_value(depth) > 1000)
        return err_set(e, ERR_INPUT, "\"max_depth\" must be a whole number from 0 to 1000");
    out->has_max_depth = true;
    out->max_depth = (size_t)json_integer_value(depth);
    return true;
}

/* SHA-256 of a key, in hex or Base64. */
static bool pin_read(const json_t *item, uint8_t out[static 32])
{
    const char *text = json_is_string(item) ? json_string_value(item) : "";
    size_t len = 0;
    uint8_t *bytes = NULL;
    bool ok;

    if (strlen(text) == 64 && strspn(text, "0123456789abcdefABCDEF") == 64) {
        for (size_t i = 0; i < 32; i++) {
            char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};

            out[i] = (uint8_t)strtoul(pair, NULL, 16);
        }
        return true;
    }
    ok = text_from_base64(text, strlen(text), &bytes, &len) && len == 32;
    if (ok)
        memcpy(out, bytes, 32);
    mem_free(bytes);
    return ok;
}

static bool pin_list_read(const json_t *pins, const char *key, const uint8_t (**out)[32], size_t *n,
    bool *has, struct err *e)
{
    const json_t *list, *item;
    uint8_t(*at)[32];
    size_t i;

    if (!list_get(pins, key, &list, e))
        return false;
    if (!list)
        return true;
    at = mem_array(json_array_size(list) + 1, sizeof(*at));
    *out = (const uint8_t(*)[32])at;
    *has = true;
    json_array_foreach(list, i, item)
    {
        if (!pin_read(item, at[i]))
            return err_set(
                e, ERR_INPUT, "item %zu of \"%s\" must be a SHA-256 in hex or Base64", i, key);
        ++*n;
    }
    return true;
}

static bool pins_read(const json_t *o, struct case_wants *out, struct err *e)
{
    const json_t *pins = json_object_get(o, "pins");

    if (!pins || json_is_null(pins))
        return true;
    if (!json_is_object(pins))
        return err_set(e, ERR_INPUT, "\"pins\" must be an object");
    out->has_pins = true;
    return pin_list_read(pins, "leaf_spki_sha256", &out->pins.leaf, &out->pins.n_leaf,
               &out->pins.has_leaf, e) &&
           pin_list_read(
               pins, "ca_spki_sha256", &out->pins.ca, &out->pins.n_ca, &out->pins.has_ca, e);
}

static bool blobs_read(const json_t *o, const char *key, struct case_blobs *out, struct err *e)
{
    const json_t *list, *item;
    size_t i;

    if (!list_get(o, key, &list, e))
        return false;
    if (list)
        out->at = mem_array(json_array_size(list) + 1, sizeof(*out->at));
    json_array_foreach(list, i, item)
    {
        uint8_t *bytes = NULL;
        size_t len = 0;

        if (!json_is_string(item) ||
            !text_from_base64(json_string_value(item), json_string_length(item), &bytes, &len))
            return err_set(e, ERR_INPUT, "item %zu of \"%s\" must be Base64 of DER", i, key);
        out->at[out->n++] = (struct cert_span){bytes, len};
    }
    return true;
}

static bool denied_read(const json_t *o, struct case_wants *out, struct err *e)
{
    struct case_blobs ders = {0};
    bool ok = blobs_read(o, "denied", &ders, e);

    if (ok && ders.n) {
        out->denied = cert_chain_from_ders(ders.at, ders.n, e);
        ok = out->denied || err_wrap(e, "\"denied\"");
    }
    for (size_t i = 0; i < ders.n; i++)
        mem_free((void *)(uintptr_t)ders.at[i].at);
    mem_free(ders.at);
    return ok;
}

bool case_wants_read(const struct json_t *o, struct case_wants *out, struct err *e)
{
    bool ok = names_read(o, out, e) && words_read(o, "key_usage", key_usages, &out->key_usage, e) &&
              words_read(o, "smime_usage", smime_usages, &out->smime_usage, e) &&
              depth_read(o, out, e) && pins_read(o, out, e) && denied_read(o, out, e) &&
              blobs_read(o, "ocsp_responses", &out->ocsp, e) &&
              blobs_read(o, "crls", &out->crls, e);

    out->evidence = (struct judge_evidence){.ocsp = out->ocsp.at,
        .n_ocsp = out->ocsp.n,
        .n_stapled = out->ocsp.n,
        .crls = out->crls.at,
        .n_crls = out->crls.n};
    return ok;
}

static void blobs_fini(struct case_blobs *b)
{
    for (size_t i = 0; i < b->n; i++)
        mem_free((void *)(uintptr_t)b->at[i].at);
    mem_free(b->at);
}

void case_wants_fini(struct case_wants *w)
{
    mem_free(w->email);
    for (size_t i = 0; i < w->n_server_names; i++)
        mem_free(w->server_names[i]);
    mem_free(w->server_names);
    mem_free((void *)(uintptr_t)w->pins.leaf);
    mem_free((void *)(uintptr_t)w->pins.ca);
    cert_chain_free(w->denied);
    blobs_fini(&w->ocsp);
    blobs_fini(&w->crls);
    *w = (struct case_wants){0};
}

void case_wants_put(const struct case_wants *w, struct judge_case *out)
{
    out->email = w->email;
    out->server_names = (const char *const *)w->server_names;
    out->n_server_names = w->n_server_names;
    out->key_usage = w->key_usage;
    out->smime_usage = w->smime_usage;
    out->has_max_depth = w->has_max_depth;
    out->max_depth = w->max_depth;
    out->pins = w->has_pins ? &w->pins : NULL;
    out->denied = w->denied;
}
