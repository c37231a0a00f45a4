/* Whatever a client offers, a leg to the site comes of it, and it says a hello that can be read. */
#include <stdint.h>
#include <stdlib.h>

#include <event2/buffer.h>

#include "tls/contexts.h"
#include "tls/leg.h"
#include "wire/client_hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void speak_like(const struct tls_contexts *contexts, const struct client_hello *phone)
{
    struct client_hello ours;
    const char *why;
    struct err e = {0};
    struct leg *l = leg_server_new(contexts, &(struct leg_server_ask){.like = phone}, &e);

    must(l != NULL);
    must(leg_pump(l, 0) == LEG_SHAKING);
    struct evbuffer *out = leg_cipher_out(l);
    must(client_hello_read(evbuffer_pullup(out, -1), evbuffer_get_length(out), &ours, &why) ==
         HELLO_READY);
    must(ours.ciphers.n > 0);
    client_hello_fini(&ours);
    leg_free(l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct tls_contexts *contexts;
    struct client_hello phone;
    struct err e = {0};
    const char *why;

    if (!contexts)
        contexts = tls_contexts_new(NULL, &e);
    must(contexts != NULL);
    if (client_hello_read(data, size, &phone, &why) != HELLO_READY)
        return 0;
    speak_like(contexts, &phone);
    client_hello_fini(&phone);
    return 0;
}
