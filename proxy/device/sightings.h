/* device/sightings.h - which certificates were seen where? A site that shows another one than
 * before; unrelated sites that all show the same one, as behind a login page or an interceptor.
 *
 * In memory only, bounded, shared by all threads behind one mutex. Thread: any. Uses base/. Used by
 * relay/, app/. */
#ifndef WHYTLS_DEVICE_SIGHTINGS_H
#define WHYTLS_DEVICE_SIGHTINGS_H

#include <stdbool.h>
#include <stdint.h>

struct sightings;

enum {
    SIGHTINGS_MOST = 2048,        /* places; who came first leaves first */
    SIGHTINGS_REFUSED_MOST = 256, /* the last refused chains */
    SIGHTINGS_REFUSED_S = 600,
    SIGHTING_LEAF_CAP = 65, /* SHA-256 in hex */
};

/* A chain that a site showed. All borrowed; none NULL. */
struct sighting {
    const char *host;
    uint16_t port;
    const char *site;   /* registrable domain: names under one domain are one site */
    const char *leaf;   /* SHA-256 of its certificate */
    const char *issuer; /* id of the key that signed it, or a name */
    int64_t from_s;     /* when the certificate begins */
    bool refused;
    int64_t at_s;
};

/* What was known before it. */
struct sighting_view {
    char former_leaf[SIGHTING_LEAF_CAP]; /* another certificate of the same host and port; "": none
                                          */
    int64_t former_s;
    bool former_refused;
    int64_t turns; /* times within an hour that it went back to a certificate shown before */
    uint16_t
        other_port; /* of this mail host, where a chain was accepted within the last day; 0: none */
    /* The same of any host, mail or web, where the certificate began later than this one. */
    uint16_t newer_port;
    int64_t newer_from_s;
    /* Of a refused one: unrelated sites with a refused chain in the last ten minutes that had this
     * very certificate, or one by the same issuer. */
    int64_t same_leaf, same_issuer;
};

struct sightings *sightings_new(void);
void sightings_free(struct sightings *s); /* NULL is fine */
/* Tells what was known, then remembers this one. */
void sightings_note(struct sightings *s, const struct sighting *now, struct sighting_view *out);

#endif
