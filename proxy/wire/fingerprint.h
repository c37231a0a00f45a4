/* wire/fingerprint.h - who speaks? From the shape of a ClientHello. */
#ifndef WHYTLS_WIRE_FINGERPRINT_H
#define WHYTLS_WIRE_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>

struct client_hello;
struct text;

enum { FINGERPRINT_CAP = 40 };

/* JA4 of a TLS client over TCP (FoxIO's technical description, 2023):
 * "t13d1516h2_8daaf6152771_e5627efa2ab1". The caller brings SHA-256, so that this room stays
 * without a crypto library. */
const char *fingerprint_ja4(const struct client_hello *h,
    void (*sha256)(const void *bytes, size_t len, uint8_t out[static 32]),
    char out[static FINGERPRINT_CAP]);

/* What was offered as numbers, in the order of JA3 and with GREASE in it: version, cipher suites,
 * extensions, groups, point formats; "771,2570-4865-4866,…". Appended. */
void fingerprint_numbers(const struct client_hello *h, struct text *out);

/* apple, boringssl, openssl or other: by documented habits of the stacks, so a good guess and no
 * proof. */
const char *fingerprint_stack(const struct client_hello *h);

#endif
