/* What embed.cmake makes of the page's style and program. */
#ifndef POSTROAD_VIZ_PAGE_ASSETS_H
#define POSTROAD_VIZ_PAGE_ASSETS_H

#include <stddef.h>

extern const unsigned char page_css[], page_js[];
extern const size_t page_css_size, page_js_size;
extern const char page_js_digest[]; /* "sha256-...", as a Content Security Policy has it */

#endif
