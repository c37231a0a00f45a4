#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "cert/identity.h"
#include "exhibit.h"

enum { NOW_S = 1795165200, FILE_MOST = 64 * 1024 };

static const char *const beside[] = {"root.pem", "password.txt", "wrong-password.txt"};

static int folder_make(void **state)
{
    static char folder[64];
    struct err e = {0};

    snprintf(folder, sizeof folder, "/tmp/whytls-exhibit-test-XXXXXX");
    *state = folder;
    return mkdtemp(folder) && lab_write_exhibits(folder, NOW_S, &e) ? 0 : -1;
}

static void drop(const char *folder, const char *file)
{
    char *path = file_join(folder, file);

    remove(path);
    mem_free(path);
}

static int folder_free(void **state)
{
    size_t n;
    const struct lab_exhibit *all = lab_exhibits(&n);

    for (size_t i = 0; i < n; i++)
        drop(*state, all[i].file);
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
        drop(*state, beside[i]);
    return rmdir(*state);
}

static void every_file_is_written_and_named_for_its_cause(void **state)
{
    size_t n;
    const struct lab_exhibit *all = lab_exhibits(&n);

    for (size_t i = 0; i < n; i++) {
        uint8_t *bytes;
        size_t len;
        struct err e = {0};
        char *path = file_join(*state, all[i].file);

        assert_true(file_read(path, FILE_MOST, &bytes, &len, &e));
        assert_true(len > 100);
        assert_true(!all[i].cause || text_starts(all[i].file, all[i].cause));
        mem_free(bytes);
        mem_free(path);
    }
}

/* What a reader makes of the PKCS#12 files with the password that is told beside them. */
static void each_identity_has_its_one_fault(void **state)
{
    static const struct {
        const char *file, *password;
        enum identity_state state;
        size_t keys, certs;
    } cases[] = {
        {"good.p12", "secret", IDENTITY_OPENED, 1, 3},
        {"p12-wrong-password.p12", "another", IDENTITY_WRONG_PASSWORD, 0, 0},
        {"p12-empty-password.p12", NULL, IDENTITY_OPENED, 1, 3},
        {"p12-legacy-crypto.p12", "secret", IDENTITY_OPENED, 1, 3},
        {"p12-modern-crypto.p12", "secret", IDENTITY_OPENED, 1, 3},
        {"p12-no-key.p12", "secret", IDENTITY_OPENED, 0, 3},
        {"p12-key-mismatch.p12", "secret", IDENTITY_OPENED, 1, 3},
        {"p12-no-chain.p12", "secret", IDENTITY_OPENED, 1, 1},
        {"p12-multiple-identities.p12", "secret", IDENTITY_OPENED, 2, 4},
        {"p12-corrupt.p12", "secret", IDENTITY_CORRUPT, 0, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t *bytes;
        size_t len;
        struct err e = {0};
        char *path = file_join(*state, cases[i].file);

        assert_true(file_read(path, FILE_MOST, &bytes, &len, &e));
        struct identity *id = identity_read((struct cert_span){bytes, len}, cases[i].password);
        if (id->state != cases[i].state)
            print_message("%s: %s\n", cases[i].file, id->detail);
        assert_int_equal(id->state, cases[i].state);
        assert_int_equal(id->n_keys, cases[i].keys);
        assert_int_equal(id->chain ? id->chain->n : 0, cases[i].certs);
        identity_free(id);
        mem_free(bytes);
        mem_free(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_is_written_and_named_for_its_cause),
        cmocka_unit_test(each_identity_has_its_one_fault),
    };

    return cmocka_run_group_tests(tests, folder_make, folder_free);
}
