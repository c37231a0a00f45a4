#include "profile.h"

#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include <plist/plist.h>

#include "ca.h"
#include "cert/chain.h"
#include "cert/facts.h"
#include "profile_priv.h"

enum { ID_TEXT_CAP = 64 };

void profile_uuid(char out[static PROFILE_UUID_CAP], const char *seed)
{
    uint8_t d[SHA256_DIGEST_LENGTH];

    SHA256((const uint8_t *)seed, strlen(seed), d);
    d[6] = (uint8_t)((d[6] & 0x0f) | 0x80);
    d[8] = (uint8_t)((d[8] & 0x3f) | 0x80);
    snprintf(out, PROFILE_UUID_CAP,
        "%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X", d[0], d[1], d[2],
        d[3], d[4], d[5], d[6], d[7], d[8], d[9], d[10], d[11], d[12], d[13], d[14], d[15]);
}

void profile_put(plist_t dict, const char *key, const char *value)
{
    plist_dict_set_item(dict, key, plist_new_string(value));
}

void profile_put_head(plist_t dict, const char *type, const char *identifier, const char *uuid)
{
    profile_put(dict, "PayloadType", type);
    plist_dict_set_item(dict, "PayloadVersion", plist_new_uint(1));
    profile_put(dict, "PayloadIdentifier", identifier);
    profile_put(dict, "PayloadUUID", uuid);
}

bool profile_to_xml(plist_t profile, struct text *out, struct err *e)
{
    char *xml = NULL;
    uint32_t len = 0;

    plist_to_xml(profile, &xml, &len);
    if (!xml)
        return err_set(e, ERR_SYSTEM, "writing the configuration profile failed");
    text_add_n(out, xml, len);
    plist_to_xml_free(xml);
    return true;
}

static void identity_put(plist_t dict, const char *sha256, const char *part, const char *type)
{
    char uuid[PROFILE_UUID_CAP], id[ID_TEXT_CAP], seed[128];

    snprintf(seed, sizeof seed, "whytls %s %s", part, sha256);
    profile_uuid(uuid, seed);
    snprintf(id, sizeof id, "whytls.%.12s.%s", sha256, part);
    profile_put_head(dict, type, id, uuid);
}

static plist_t root_payload(const char *name, const char *sha256, struct cert_span der)
{
    plist_t dict = plist_new_dict();

    identity_put(dict, sha256, "root", "com.apple.security.root");
    profile_put(dict, "PayloadDisplayName", name);
    profile_put(dict, "PayloadDescription",
        "Lets this whytls proxy open the TLS traffic that is sent through it.");
    profile_put(dict, "PayloadCertificateFileName", "whytls-root.cer");
    plist_dict_set_item(dict, "PayloadContent", plist_new_data((const char *)der.at, der.len));
    return dict;
}

static void payloads_put(plist_t payloads, const struct ca *ca)
{
    const struct cert_chain *kept = ca_kept(ca);
    struct cert_span der;

    der.at = ca_der(ca, &der.len);
    plist_array_append_item(payloads, root_payload(ca_name(ca), ca_sha256(ca), der));
    /* Those that were still good when ours was made: leaves under them may be in use. */
    for (size_t i = 0; i < kept->n; i++)
        if (kept->at[i]->not_after > ca_since(ca))
            plist_array_append_item(payloads,
                root_payload(kept->at[i]->summary, kept->at[i]->sha256_hex, kept->at[i]->der));
}

bool profile_write(const struct ca *ca, struct text *out, struct err *e)
{
    plist_t profile = plist_new_dict(), payloads = plist_new_array();
    const struct cert_chain *kept = ca_kept(ca);

    /* Named after the first root of all, so that a phone replaces the profile after a renewal. */
    identity_put(
        profile, kept->n ? kept->at[0]->sha256_hex : ca_sha256(ca), "profile", "Configuration");
    profile_put(profile, "PayloadDisplayName", ca_name(ca));
    profile_put(profile, "PayloadOrganization", "whytls");
    profile_put(profile, "PayloadDescription",
        "Installs the root of your whytls proxy. Afterwards switch it on in Settings, General, "
        "About, Certificate Trust Settings. Remove this profile when you are done.");
    plist_dict_set_item(profile, "PayloadRemovalDisallowed", plist_new_bool(0));
    payloads_put(payloads, ca);
    plist_dict_set_item(profile, "PayloadContent", payloads);
    bool good = profile_to_xml(profile, out, e);
    plist_free(profile);
    return good;
}
