/* device/strict_hosts.h - which sites said that they are to be reached by TLS alone (HSTS, RFC
 * 6797)? Browsers remember that, and then offer no way past a certificate that is at fault.
 *
 * In memory only, bounded, shared by all threads behind one mutex. Thread: any. Uses base/. Used by
 * relay/, app/. */
#ifndef WHYTLS_DEVICE_STRICT_HOSTS_H
#define WHYTLS_DEVICE_STRICT_HOSTS_H

#include <stdint.h>

struct strict_hosts;

enum { STRICT_HOSTS_MOST = 4096 }; /* who came first leaves first */

struct strict_hosts *strict_hosts_new(void);
void strict_hosts_free(struct strict_hosts *s);
/* `header` is the value of Strict-Transport-Security as it came; one that cannot be read says
 * nothing. */
void strict_hosts_note(struct strict_hosts *s, const char *host, const char *header, int64_t now_s);
/* Until when that holds for this host, by its own word or that of a name above it; 0: it does not.
 */
int64_t strict_hosts_until(struct strict_hosts *s, const char *host, int64_t now_s);

#endif
