/* The world's CA as a file: see live_authority.h. The library context is one of its own, so that no configuration of
   the machine has a say. */
#include "app/live_authority.h"

#include <openssl/crypto.h>
#include <openssl/pem.h>

#include "app/output.h"
#include "model/tls/tls_certificate.h"
#include "sim/journal/tr.h"

bool live_authority_write(const char *path)
{
    struct output_file *file = output_open(path);
    if (!file) return false;
    OSSL_LIB_CTX *context = OSSL_LIB_CTX_new();
    X509 *authority = context ? tls_certificate_authority(context) : NULL;
    bool made = authority && PEM_write_X509(output_stream(file), authority);
    X509_free(authority);
    OSSL_LIB_CTX_free(context);
    if (made) return output_commit(file);
    fputs(tr("postroad live: --ca: OpenSSL cannot make the certificate\n"), stderr);
    output_abandon(file);
    return false;
}
