/* wire/fingerprint.h - who speaks? From the shape of a ClientHello. */
#ifndef WHYTLS_WIRE_FINGERPRINT_H
#define WHYTLS_WIRE_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>

struct client_hello;

enum { FINGERPRINT_CAP = 40 };

/* JA4 of a TLS client over TCP (FoxIO's technical description, 2023):
 * "t13d1516h2_8daaf6152771_e5627efa2ab1". The caller brings SHA-256, so that this room stays
 * without a crypto library. */
const char *fingerprint_ja4(const struct client_hello *h,
    void (*sha256)(const void *bytes, size_t len, uint8_t out[static 32]),
    char out[static FINGERPRINT_CAP]);

/* apple, boringssl, openssl or other: by documented habits of the stacks, so a good guess and no
 * proof. */
const char *fingerprint_stack(const struct client_hello *h);

#endif
