/* A leg against anything at all: the first byte chooses the side and how the rest is cut. */
#include <stdint.h>
#include <stdlib.h>

#include <event2/buffer.h>

#include "cert/ca.h"
#include "cert/chain.h"
#include "cert/leaf.h"
#include "cert/leaf_key.h"
#include "tls/contexts.h"
#include "tls/leg.h"

enum { NOW_S = 1795165200, PLAIN_MOST = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct leg *leg_make(const struct tls_contexts *contexts, const struct leaf *leaf, int side)
{
    struct err e = {0};

    if (side)
        return leg_server_new(contexts, &(struct leg_server_ask){.sni = "shop.example"}, &e);
    return leg_client_new(contexts,
        &(struct leg_client_show){.leaf = leaf, .h1_only = true, .scope = "shop.example"}, &e);
}

static void leg_feed_pieces(struct leg *l, const uint8_t *data, size_t size, size_t step)
{
    struct evbuffer *piece = evbuffer_new();

    leg_pump(l, PLAIN_MOST);
    for (size_t at = 0; at < size; at += step) {
        evbuffer_add(piece, data + at, size - at < step ? size - at : step);
        leg_feed(l, piece);
        leg_pump(l, PLAIN_MOST);
    }
    leg_eof(l);
    if (leg_pump(l, 0) < LEG_CLOSED)
        abort(); /* after the end there is an end */
    evbuffer_free(piece);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct tls_contexts *contexts;
    static struct leaf *leaf;
    struct err e = {0};
    size_t len = 0;

    if (!contexts) {
        contexts = tls_contexts_new(NULL, &e);
        struct ca *ca = ca_new_in_memory(NOW_S, &e);
        struct leaf_keys *keys = leaf_keys_new(&e);

        leaf = leaf_mint(ca, keys, "shop.example", NOW_S, &e);
        leaf_keys_free(keys);
        ca_free(ca);
    }
    if (size == 0)
        return 0;
    struct leg *l = leg_make(contexts, leaf, data[0] & 1);
    leg_feed_pieces(l, data + 1, size - 1, data[0] < 128 ? size : 1u + (data[0] & 127u));
    struct cert_chain *chain = leg_give_chain(l, &e);
    cert_chain_free(chain);
    leg_staple(l, &len);
    leg_scts(l, &len);
    leg_free(l);
    return 0;
}
