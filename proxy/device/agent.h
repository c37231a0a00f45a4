/* device/agent.h - what a User-Agent claims: the app, the device, the versions. A claim by the
 * client, never proof. Thread: any. */
#ifndef WHYTLS_DEVICE_AGENT_H
#define WHYTLS_DEVICE_AGENT_H

#include <stdbool.h>

enum { AGENT_NAME_CAP = 64, AGENT_VERSION_CAP = 16 };

struct agent {
    char name[AGENT_NAME_CAP];       /* "Safari", "Acme", "unknown" */
    char version[AGENT_VERSION_CAP]; /* of the app: "4.2"; empty when it does not say */
    bool is_browser;
    const char *family;                 /* iPhone, iPad, Mac, Android, other, unknown */
    char os_version[AGENT_VERSION_CAP]; /* "18.1"; empty when it does not say */
    bool by_kernel;                     /* os_version is read off the kernel (kernel.def) */
    char cfnetwork[AGENT_VERSION_CAP];  /* "1568.200.51": Apple's URL loading; or empty */
    char darwin[AGENT_VERSION_CAP];     /* "24.1.0"; or empty */
};

/* Never fails: what cannot be read is unknown. */
void agent_read(const char *text, struct agent *out);

#endif
