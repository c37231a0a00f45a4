/* flow/agent.h - what a User-Agent claims: the app, the device, the version. A claim by the client,
 * never proof. */
#ifndef WHYTLS_FLOW_AGENT_H
#define WHYTLS_FLOW_AGENT_H

#include <stdbool.h>

enum { AGENT_NAME_CAP = 64, AGENT_VERSION_CAP = 16 };

struct agent {
    char name[AGENT_NAME_CAP]; /* "Safari", "Acme", "unknown" */
    bool is_browser;
    const char *family;                 /* iPhone, iPad, Mac, Android, other, unknown */
    char os_version[AGENT_VERSION_CAP]; /* "18.1"; empty when it does not say */
};

/* Never fails: what cannot be read is unknown. */
void agent_read(const char *text, struct agent *out);

#endif
