#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>
#include <sys/stat.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/file.h"
#include "base/mem.h"
#include "ct_log.h"
#include "lab.h"
#include "pki.h"
#include "pki_priv.h"

enum { NOW_S = 1795165200, DAY_S = 86400 };

/* A folder with the files of one making, which takes a second: whoever spoils them puts them back.
 */
struct kept {
    char folder[64];
    char *path; /* of pki.pem */
    uint8_t *bytes;
    size_t len;
    unsigned char print[32]; /* of its root: tells one making from another */
};

static void print_of(const struct pki *pki, unsigned char print[static 32])
{
    unsigned len;

    assert_int_equal(X509_digest(pki_find(pki, PKI_ROOT)->chain[0], EVP_sha256(), print, &len), 1);
}

static int set_up(void **state)
{
    static struct kept k;
    struct err e = {0};

    snprintf(k.folder, sizeof k.folder, "/tmp/whytls-lab-test-XXXXXX");
    if (!mkdtemp(k.folder))
        return -1;
    struct pki *pki = pki_open(k.folder, NOW_S, &e);
    assert_non_null(pki);
    assert_true(file_exists(pki->root_path));
    print_of(pki, k.print);
    pki_free(pki);
    k.path = file_join(k.folder, "lab/pki.pem");
    assert_true(file_read(k.path, 1 << 20, &k.bytes, &k.len, &e));
    *state = &k;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const files[] = {"lab/pki.pem", "lab/root.pem", "lab/lock", "lab", ""};
    struct kept *k = *state;

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *path = file_join(k->folder, files[i]);
        remove(path);
        mem_free(path);
    }
    mem_free(k->bytes);
    mem_free(k->path);
    return 0;
}

static void put_back(const struct kept *k)
{
    struct err e = {0};

    assert_true(file_write(k->path, k->bytes, k->len, 0600, &e));
}

static void it_is_kept_for_a_week(void **state)
{
    static const struct {
        int64_t later_s;
        bool kept;
    } cases[] = {{0, true}, {(int64_t)PKI_KEPT_DAYS * DAY_S, true}, {-DAY_S, true},
        {(int64_t)PKI_KEPT_DAYS * DAY_S + 1, false}, {-DAY_S - 1, false}};
    const struct kept *k = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pki *pki = pki_load(k->path, NOW_S + cases[i].later_s);

        assert_int_equal(pki != NULL, cases[i].kept);
        pki_free(pki);
    }
}

static void a_site_is_read_when_it_is_asked_for(void **state)
{
    const struct kept *k = *state;
    struct pki *pki = pki_load(k->path, NOW_S);

    assert_non_null(pki);
    for (size_t i = 0; i < pki->n_items; i++) {
        const struct pki_item *item = pki_find(pki, pki->items[i].name);

        assert_ptr_equal(item, &pki->items[i]);
        assert_true(item->n_chain > 0);
        if (item->key)
            assert_int_equal(X509_check_private_key(item->chain[0], item->key), 1);
    }
    assert_true(pki_has(pki, "good.lab.test"));
    assert_false(pki_has(pki, "nobody.lab.test"));
    assert_null(pki_find(pki, "nobody.lab.test"));
    pki_free(pki);
}

static unsigned mode_of(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    mem_free(path);
    return st.st_mode & 0777;
}

static void what_it_keeps_is_for_its_owner_only(void **state)
{
    const struct kept *k = *state;

    assert_int_equal(mode_of(k->folder, "lab"), 0700);
    assert_int_equal(mode_of(k->folder, "lab/pki.pem"), 0600);
}

static void a_broken_file_is_no_file(void **state)
{
    static const struct {
        const char *find;
        char put;
    } cases[] = {{"whytls lab", 'W'}, {"made 2", 'x'}, {"item root", 'I'},
        {"item Lab Log Two", 'q'}, {"item good.lab.test", 'q'}, {"-----BEGIN PRIVATE KEY", '+'},
        {"-----END CERTIFICATE", '+'}, {"-----BEGIN CERTIFICATE", '\0'}};
    const struct kept *k = *state;
    struct err e = {0};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *spoilt = mem_dup(k->bytes, k->len + 1);
        char *at = strstr(spoilt, cases[i].find);

        assert_non_null(at);
        at[strlen(cases[i].find) - 1] = cases[i].put;
        assert_true(file_write(k->path, spoilt, k->len, 0600, &e));
        mem_free(spoilt);
        assert_null(pki_load(k->path, NOW_S));
    }
    put_back(k);
}

static void assert_same_logs(const struct pki *made, const struct pki *read)
{
    for (size_t i = 0; i < N_LAB_LOGS; i++) {
        struct lab_ct_log a, b;
        struct err e = {0};

        assert_true(pki_ct_log(made, i, &a, &e) && pki_ct_log(read, i, &b, &e));
        assert_string_equal(a.name, b.name);
        assert_int_equal(a.key_len, b.key_len);
        assert_memory_equal(a.key, b.key, a.key_len);
        assert_int_equal(a.retired, i == LOG_RETIRED);
        assert_null(pki_find(read, a.name)->key);
        mem_free(a.key);
        mem_free(b.key);
    }
}

static void what_cannot_be_used_is_made_anew(void **state)
{
    const struct kept *k = *state;
    unsigned char print[32], again[32];
    struct err e = {0};

    assert_true(file_write(k->path, "whytls", 6, 0600, &e));
    struct pki *anew = pki_open(k->folder, NOW_S, &e), *read = pki_open(k->folder, NOW_S, &e);
    assert_true(anew && read);
    print_of(anew, print);
    print_of(read, again);
    assert_memory_not_equal(print, k->print, sizeof print);
    assert_memory_equal(print, again, sizeof print);
    assert_same_logs(anew, read);
    pki_free(anew);
    pki_free(read);
    put_back(k);
}

static void a_folder_that_cannot_be_made_is_told_with_its_path(void **state)
{
    struct err e = {0};

    (void)state;
    assert_null(pki_open("/dev/null/data", NOW_S, &e));
    assert_non_null(strstr(e.text, "/dev/null"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_kept_for_a_week),
        cmocka_unit_test(a_site_is_read_when_it_is_asked_for),
        cmocka_unit_test(what_it_keeps_is_for_its_owner_only),
        cmocka_unit_test(a_broken_file_is_no_file),
        cmocka_unit_test(what_cannot_be_used_is_made_anew),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_told_with_its_path),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
