#include "port_owner_priv.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TCP_LISTENING = 0x0a, INODES_MOST = 64 };

struct inodes {
    unsigned long at[INODES_MOST];
    size_t n;
};

/* Lines of /proc/net/tcp: "sl: LOCAL:PORT REMOTE:PORT STATE tx:rx tr:when retrnsmt uid timeout
 * inode …", in hex up to the state. */
static void find_inodes(const char *path, uint16_t port, struct inodes *found)
{
    char line[512];
    FILE *f = fopen(path, "re");

    if (!f)
        return;
    while (found->n < INODES_MOST && fgets(line, sizeof line, f)) {
        unsigned local_port, state;
        unsigned long inode;

        if (sscanf(line,
                " %*[^:]: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*x:%*x %*x:%*x %*x %*u %*u %lu",
                &local_port, &state, &inode) == 3 &&
            local_port == port && state == TCP_LISTENING)
            found->at[found->n++] = inode;
    }
    fclose(f);
}

static bool holds_one(const char *fd_dir, const struct inodes *inodes)
{
    DIR *dir = opendir(fd_dir);
    bool held = false;
    char path[320], link[64];

    if (!dir)
        return false;
    for (const struct dirent *one; !held && (one = readdir(dir));) {
        unsigned long inode;

        snprintf(path, sizeof path, "%s/%s", fd_dir, one->d_name);
        ssize_t n = readlink(path, link, sizeof link - 1);
        if (n <= 0)
            continue;
        link[n] = '\0';
        if (sscanf(link, "socket:[%lu]", &inode) != 1)
            continue;
        for (size_t i = 0; i < inodes->n; i++)
            held = held || inodes->at[i] == inode;
    }
    closedir(dir);
    return held;
}

static void read_name(int pid, char name[static PORT_OWNER_CAP])
{
    char path[64];
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/comm", pid);
    f = fopen(path, "re");
    snprintf(name, PORT_OWNER_CAP, "?");
    if (!f)
        return;
    if (fgets(name, PORT_OWNER_CAP, f))
        name[strcspn(name, "\n")] = '\0';
    fclose(f);
    for (char *c = name; *c; c++) /* any process may call itself anything */
        if (*c < ' ' || *c > '~')
            *c = '?';
}

int port_owner(uint16_t port, char name[static PORT_OWNER_CAP])
{
    struct inodes inodes = {0};
    char path[64];
    int pid = 0;

    find_inodes("/proc/net/tcp", port, &inodes);
    find_inodes("/proc/net/tcp6", port, &inodes);
    DIR *proc = inodes.n ? opendir("/proc") : NULL;
    if (!proc)
        return 0;
    for (const struct dirent *one; pid == 0 && (one = readdir(proc));) {
        int candidate = atoi(one->d_name);

        if (candidate <= 0)
            continue;
        snprintf(path, sizeof path, "/proc/%d/fd", candidate);
        if (holds_one(path, &inodes))
            pid = candidate;
    }
    closedir(proc);
    if (pid)
        read_name(pid, name);
    return pid;
}
