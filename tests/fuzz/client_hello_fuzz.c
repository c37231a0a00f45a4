#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "wire/client_hello.h"
#include "wire/fingerprint.h"
#include "wire/tls_names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void sum(const void *bytes, size_t len, uint8_t out[static 32])
{
    memset(out, 0, 32);
    for (size_t i = 0; i < len; i++)
        out[i % 32] = (uint8_t)(out[i % 32] * 31 + ((const uint8_t *)bytes)[i]);
}

static void names_are_sound(const struct client_hello *h)
{
    char buf[TLS_NAME_CAP], ja4[FINGERPRINT_CAP];

    must(strlen(h->sni) < HELLO_NAME_CAP && h->n_alpn <= HELLO_ALPN_MOST && h->ciphers.n > 0 &&
         h->versions.n > 0);
    for (const char *c = h->sni; *c; c++)
        must(*c > 0x20 && *c < 0x7f);
    for (size_t i = 0; i < h->n_alpn; i++)
        must(h->alpn[i][0] != '\0' && strlen(h->alpn[i]) <= 255);
    for (size_t i = 0; i < h->ciphers.n; i++)
        must(*tls_cipher_name(h->ciphers.at[i], buf) != '\0');
    for (size_t i = 0; i < h->groups.n; i++)
        must(*tls_group_name(h->groups.at[i], buf) != '\0');
    for (size_t i = 0; i < h->sigalgs.n; i++)
        must(*tls_sigalg_name(h->sigalgs.at[i], buf) != '\0');
    must(strlen(fingerprint_ja4(h, sum, ja4)) == 36 && fingerprint_stack(h)[0]);
}

/* The same message in records of `step` bytes must tell the same. */
static void cut_makes_no_difference(
    const uint8_t *data, const struct client_hello *whole, size_t step)
{
    struct text message = {0}, cut = {0};
    struct client_hello again;
    const char *why = NULL;
    char ja4[2][FINGERPRINT_CAP];

    for (size_t at = 0; at < whole->consumed;) {
        size_t n = (size_t)data[at + 3] << 8 | data[at + 4];

        text_add_n(&message, (const char *)data + at + 5, n);
        at += 5 + n;
    }
    must(message.len == whole->size);
    for (size_t at = 0; at < message.len; at += step) {
        size_t n = message.len - at < step ? message.len - at : step;
        const char header[5] = {22, (char)(whole->record_version >> 8), (char)whole->record_version,
            (char)(n >> 8), (char)n};

        text_add_n(&cut, header, sizeof header);
        text_add_n(&cut, message.at + at, n);
    }
    must(client_hello_read((const uint8_t *)cut.at, cut.len, &again, &why) == HELLO_READY);
    must(again.consumed == cut.len && again.size == whole->size && again.ech == whole->ech &&
         !strcmp(again.sni, whole->sni));
    must(!strcmp(fingerprint_ja4(&again, sum, ja4[0]), fingerprint_ja4(whole, sum, ja4[1])));
    client_hello_fini(&again);
    text_fini(&message);
    text_fini(&cut);
}

/* While bytes come in, the answer is "more" until it is final, and then it stays. */
static void order_makes_no_difference(const uint8_t *data, size_t size, enum hello_answer at_last)
{
    for (size_t n = 0; n < size; n += 1 + n / 8) {
        struct client_hello h;
        const char *why = NULL;
        enum hello_answer answer = client_hello_read(data, n, &h, &why);

        must(answer == HELLO_NEED_MORE || answer == at_last);
        if (answer == HELLO_READY)
            client_hello_fini(&h);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct client_hello h;
    const char *why = NULL;
    enum hello_answer answer = client_hello_read(data, size, &h, &why);

    must((answer == HELLO_BAD) == (why != NULL));
    order_makes_no_difference(data, size, answer);
    if (answer != HELLO_READY)
        return 0;
    must(h.consumed <= size && h.size <= CLIENT_HELLO_MOST);
    names_are_sound(&h);
    cut_makes_no_difference(data, &h, 1);
    cut_makes_no_difference(data, &h, 1 + size % 600);
    client_hello_fini(&h);
    return 0;
}
