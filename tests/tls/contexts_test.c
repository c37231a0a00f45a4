#include "ends.h"

#include <stdio.h>
#include <stdlib.h>

#include <sys/stat.h>
#include <unistd.h>

#include "contexts_priv.h"

static char folder[] = "/tmp/whytls-contexts-XXXXXX";
static char keylog[64];

static int folder_make(void **state)
{
    if (!mkdtemp(folder))
        return -1;
    snprintf(keylog, sizeof keylog, "%s/keys", folder);
    return world_make(state);
}

static int folder_free(void **state)
{
    unlink(keylog);
    rmdir(folder);
    return world_free(state);
}

static void shake_once(const struct world *w, struct tls_contexts *contexts)
{
    struct world other = *w;
    struct far phone;

    other.contexts = contexts;
    struct leg *l = client_leg(&other, NULL, NULL);
    far_phone_init(&phone, TLS1_3_VERSION);
    far_phone_ready(&phone);
    shake(l, &phone);
    assert_int_equal(leg_state(l), LEG_OPEN);
    leg_free(l);
    far_fini(&phone);
}

static void keys_are_logged_when_asked_and_only_for_the_owner(void **state)
{
    struct err e = {0};
    struct stat st;
    char line[600];
    struct tls_contexts *t = tls_contexts_new(&(struct tls_config){.keylog = keylog}, &e);

    assert_non_null(t);
    shake_once(*state, t);
    tls_contexts_free(t);
    assert_int_equal(stat(keylog, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    FILE *in = fopen(keylog, "r");
    assert_non_null(in);
    assert_non_null(fgets(line, sizeof line, in));
    assert_non_null(strstr(line, "SECRET"));
    assert_int_equal(line[strlen(line) - 1], '\n');
    fclose(in);
    unlink(keylog);
}

static void the_environment_alone_logs_no_keys(void **state)
{
    struct err e = {0};
    struct stat st;

    setenv("SSLKEYLOGFILE", keylog, 1);
    struct tls_contexts *t = tls_contexts_new(NULL, &e);
    assert_non_null(t);
    shake_once(*state, t);
    tls_contexts_free(t);
    unsetenv("SSLKEYLOGFILE");
    assert_int_not_equal(stat(keylog, &st), 0);
}

static void a_key_log_that_cannot_be_opened_is_named(void **state)
{
    struct err e = {0};

    (void)state;
    assert_null(tls_contexts_new(&(struct tls_config){.keylog = "/nowhere/at/all"}, &e));
    assert_int_equal(e.kind, ERR_SYSTEM);
    assert_non_null(strstr(e.text, "/nowhere/at/all"));
}

static void both_sides_refuse_renegotiation_and_old_versions(void **state)
{
    const struct world *w = *state;

    for (int side = 0; side < 2; side++) {
        SSL_CTX *ctx = w->contexts->by_side[side];

        assert_true(SSL_CTX_get_options(ctx) & SSL_OP_NO_RENEGOTIATION);
        assert_false(SSL_CTX_get_options(ctx) & SSL_OP_IGNORE_UNEXPECTED_EOF);
        assert_int_equal(SSL_CTX_get_min_proto_version(ctx), TLS1_2_VERSION);
        assert_int_equal(SSL_CTX_get_max_proto_version(ctx), TLS1_3_VERSION);
        assert_int_equal(SSL_CTX_get_session_cache_mode(ctx), SSL_SESS_CACHE_OFF);
        assert_int_equal(SSL_CTX_get_max_early_data(ctx), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_logged_when_asked_and_only_for_the_owner),
        cmocka_unit_test(the_environment_alone_logs_no_keys),
        cmocka_unit_test(a_key_log_that_cannot_be_opened_is_named),
        cmocka_unit_test(both_sides_refuse_renegotiation_and_old_versions),
    };

    return cmocka_run_group_tests(tests, folder_make, folder_free);
}
