#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/ocsp.h>

#include "base/mem.h"
#include "pki.h"
#include "staple.h"

enum { NOW_S = 1795165200 };

static OCSP_RESPONSE *read_response(const struct pki_item *item)
{
    const unsigned char *at = item->ocsp;
    OCSP_RESPONSE *r = d2i_OCSP_RESPONSE(NULL, &at, (long)item->ocsp_len);

    assert_non_null(r);
    return r;
}

static int status_of(const struct pki_item *item)
{
    OCSP_RESPONSE *r = read_response(item);
    OCSP_BASICRESP *basic = OCSP_response_get1_basic(r);
    OCSP_CERTID *id = OCSP_cert_to_id(NULL, item->chain[0], item->chain[1]);
    ASN1_GENERALIZEDTIME *revoked, *from, *to;
    int status, reason;

    assert_int_equal(OCSP_resp_find_status(basic, id, &status, &reason, &revoked, &from, &to), 1);
    OCSP_CERTID_free(id);
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(r);
    return status;
}

static void each_site_is_spoken_of_as_its_recipe_says(void **state)
{
    struct err e = {0};
    struct pki *pki = pki_make(NOW_S, &e);

    (void)state;
    assert_non_null(pki);
    assert_int_equal(status_of(pki_find(pki, "cert-revoked.lab.test")), V_OCSP_CERTSTATUS_REVOKED);
    assert_int_equal(status_of(pki_find(pki, "ocsp-stale.lab.test")), V_OCSP_CERTSTATUS_GOOD);
    assert_int_equal(status_of(pki_find(pki, "good.lab-two.test")), V_OCSP_CERTSTATUS_GOOD);
    assert_null(pki_find(pki, "good.lab.test")->ocsp);
    /* and it is short */
    assert_in_range(
        pki_find(pki, "must-staple-missing.lab.test")->ocsp_len, 100, STAPLE_BYTES_MOST);
    pki_free(pki);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_site_is_spoken_of_as_its_recipe_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
