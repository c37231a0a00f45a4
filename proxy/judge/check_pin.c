/* judge/check_pin.c - LeafSPKISHA256 and CAspkiSHA256: the pins of an app (NSPinnedDomains). */
#include "judging_priv.h"

#include <string.h>

static bool is_pinned(const struct cert *c, const uint8_t (*pins)[32], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(c->spki_sha256, pins[i], 32) == 0)
            return true;
    return false;
}

/* Some CA of the path; a path of one has none. */
static bool ca_is_pinned(const struct judging *j, const struct judge_pins *pins)
{
    for (size_t i = 1; i < j->path.n; i++)
        if (is_pinned(j->path.at[i], pins->ca, pins->n_ca))
            return true;
    return false;
}

/* Where both lists are there, both must hold. */
void check_pins(struct judging *j)
{
    const struct judge_pins *pins = j->c->pins;

    if (!pins)
        return;
    if (pins->has_leaf && !is_pinned(j->path.at[0], pins->leaf, pins->n_leaf))
        judging_fail(j, (struct finding){.check = CHECK_LEAF_SPKI_SHA256, .cause = "app-pin-stale"},
            "its key, %s, is none of the %zu pinned for the leaf", j->path.at[0]->spki_sha256_hex,
            pins->n_leaf);
    if (pins->has_ca && !ca_is_pinned(j, pins))
        judging_fail(j, (struct finding){.check = CHECK_CA_SPKI_SHA256, .cause = "app-pin-stale"},
            "no CA of the path has one of the %zu keys pinned for CAs", pins->n_ca);
}
