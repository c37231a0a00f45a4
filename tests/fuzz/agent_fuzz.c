#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "device/agent.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* A User-Agent is the client's own claim. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *text = malloc(len + 1);
    struct agent a;

    memcpy(text, bytes, len);
    text[len] = '\0';
    agent_read(text, &a);
    assert(*a.name && strlen(a.name) < sizeof a.name &&
           strlen(a.os_version) < sizeof a.os_version && strlen(a.version) < sizeof a.version &&
           strlen(a.cfnetwork) < sizeof a.cfnetwork && a.family);
    free(text);
    return 0;
}
