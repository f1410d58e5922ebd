/* A test that passes and leaks. ctest must report it as failed, or a sanitizer's report would go unseen: the test is
   listed as one that will fail (tests/CMakeLists.txt). */
#include <criterion/criterion.h>
#include <stdlib.h>

static void *volatile forgotten;

Test(planted, a_leak_that_criterion_lets_pass)
{
    forgotten = malloc(17);
    forgotten = NULL;
    cr_assert(true);
}
