/* trust/openssl_facts.h - what the OpenSSL of this machine is and can do, as far as answers depend
 * on it. */
#ifndef WHYTLS_TRUST_OPENSSL_FACTS_H
#define WHYTLS_TRUST_OPENSSL_FACTS_H

#include <stdbool.h>

struct openssl_facts {
    const char *version;   /* static: "OpenSSL 3.0.17 1 Jul 2025" */
    const char *directory; /* static: where its configuration is */
    bool legacy;           /* the legacy provider loads: old PKCS#12 files need it */
    bool ed25519, p256;    /* kinds of keys in certificates that it reads */
    bool sha1; /* so that a chain with it is read to its end and refused for the right reason */
};

/* Tries things out; takes some milliseconds and changes nothing in this process. */
void openssl_facts_read(struct openssl_facts *out);

#endif
