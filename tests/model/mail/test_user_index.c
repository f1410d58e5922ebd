/* A user is found by the local part alone. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "model/mail/user_index.h"

Test(user_index, letters_in_any_case_name_the_same_user_and_domains_do_not_count)
{
    struct user_index *index = user_index_add(NULL, "alice", 7);
    index = user_index_add(index, "Bob@b.example", 8);
    index = user_index_add(index, "ALICE@else.example", 9);
    cr_expect_eq(user_index_find(index, "Alice@a.example"), 7);
    cr_expect_eq(user_index_find(index, "bob"), 8);
    cr_expect_eq(user_index_find(index, "bobby@b.example"), USER_INDEX_NONE);
    cr_expect_eq(user_index_find(index, ""), USER_INDEX_NONE);
    cr_expect_eq(user_index_find(NULL, "bob"), USER_INDEX_NONE);
    user_index_free(index);
    user_index_free(NULL);
}

Test(user_index, many_users_are_all_found)
{
    static char names[1000][16];
    struct user_index *index = NULL;
    for (size_t i = 0; i < 1000; i++) {
        snprintf(names[i], sizeof names[i], "u%zu", i);
        index = user_index_add(index, names[i], i);
    }
    for (size_t i = 0; i < 1000; i++)
        cr_expect_eq(user_index_find(index, names[i]), (long)i);
    cr_expect_eq(user_index_find(index, "u1000"), USER_INDEX_NONE);
    user_index_free(index);
}
