#include "jsonl_read.h"

#include <string.h>

#include <jansson.h>

#include "cert/chain.h"
#include "cert/facts.h"
#include "flow/facts.h"
#include "flow/flow.h"
#include "flow/flow_read.h"

/* CERTIFICATES: beside one record, a chain and our leaf; PEM: bytes of one. */
enum { CERTIFICATES_MOST = 32, PEM_MOST = 128 * 1024 };

static const char key[] = "\"certificates\"";

/* The record has lists of that name as well, of certificates in words: they have no `pem`. */
static void certificate_keep(struct flow *f, const json_t *one)
{
    const json_t *pem = json_object_get(one, "pem");
    size_t len = json_string_length(pem);
    struct cert_chain *chain =
        json_is_string(pem) && len <= PEM_MOST
            ? cert_chain_from_bytes((const uint8_t *)json_string_value(pem), len, NULL)
            : NULL;

    for (size_t i = 0; chain && i < chain->n; i++)
        flow_keep_certificate(f, chain->at[i]);
    cert_chain_free(chain);
}

static void certificates_keep(struct flow *f, const char *line, size_t len)
{
    json_t *record = json_loadb(line, len, 0, NULL);
    const json_t *all = json_object_get(record, "certificates");

    for (size_t i = 0; i < json_array_size(all) && i < CERTIFICATES_MOST; i++)
        certificate_keep(f, json_array_get(all, i));
    json_decref(record);
}

struct flow *jsonl_read(const char *line, size_t len, struct err *e)
{
    struct flow *f = flow_read(line, len, e);

    if (f && memmem(line, len, key, strlen(key)))
        certificates_keep(f, line, len);
    return f;
}
