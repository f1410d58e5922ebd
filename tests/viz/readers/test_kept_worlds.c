/* Worlds that a hunt has found, in which something was wrong once, as small as they could be made. What their names say is
   what was wrong; all laws hold in them now. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/host/world.h"
#include "viz/readers/laws.h"

static void expect_lawful(const char *path)
{
    struct scenario *scenario = scenario_load(path, NULL, 0, stderr);
    cr_assert_not_null(scenario, "%s", path);
    struct laws *laws = laws_new();
    struct journal *journal = journal_new();
    journal_add_reader(journal, laws_reader(laws, true));
    struct world_options options = world_options_default();
    options.check_packets = true;
    struct world *world = world_new(scenario, &options, journal);
    while (world_run(world, 4096))
        continue;
    size_t broken = laws_finish(laws);
    cr_expect_eq(broken, 0, "%s: %s", path, broken ? laws_breach(laws, 0) : "");
    cr_expect_lt(world_now(world), 30 * DAY, "%s: comes to rest", path); /* M9 */
    world_free(world);
    journal_free(journal);
    laws_free(laws);
    scenario_free(scenario);
}

Test(kept_worlds, break_no_law, .timeout = 300)
{
    glob_t found;
    cr_assert_eq(glob(POSTROAD_SOURCE_DIR "/tests/viz/readers/worlds/*.json", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        expect_lawful(found.gl_pathv[i]);
    cr_assert_geq(found.gl_pathc, 2);
    globfree(&found);
}
