#include "app/study_makeflow.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "app/output.h"
#include "app/study/study_points.h"
#include "app/study/study_shard.h"
#include "model/scenario/text_buffer.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { USUAL_PARTS = 32 };

uint64_t makeflow_usual_parts(const struct study *study)
{
    uint64_t groups = study_points(study) / study_group_size(study);
    uint64_t most = study->precision.is_wanted ? groups : groups * (uint64_t)study->most_runs;
    return most < USUAL_PARTS ? most : USUAL_PARTS;
}

/* Makeflow takes a file's name as it stands, and ends it at a space or a colon. */
static bool is_plain(const char *path)
{
    return path[strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-./@%")] == '\0';
}

static bool check_plain(const char *path)
{
    if (is_plain(path)) return true;
    fprintf(stderr,
            tr("postroad study: --makeflow: \"%s\" cannot stand in a workflow\n"
               "  hint: choose a name of letters, digits and . - _ + without spaces\n"),
            path);
    return false;
}

/* ---- copies ---- */

static char *path_in(const char *folder, const char *name)
{
    struct text_buffer path = {0};
    text_add_format(&path, "%s/%s", folder, name);
    return path.text;
}

static bool write_file(const char *folder, const char *name, const char *text, size_t size)
{
    char *path = path_in(folder, name);
    struct output_file *file = output_open(path);
    if (file) fwrite(text, 1, size, output_stream(file));
    bool written = file && output_commit(file);
    mem_free(path);
    return written;
}

static const char *scenario_name(const struct study *study)
{
    const char *slash = strrchr(study->scenario_path, '/'), *name = slash ? slash + 1 : study->scenario_path;
    return is_plain(name) && strcmp(name, "study.json") ? name : "scenario.json";
}

/* The study with the scenario beside it, and under the name that it has here. */
static bool write_copies(const struct study *study, const char *folder)
{
    cJSON *copy = cJSON_Duplicate(json_root(study->document), 1);
    cJSON_ReplaceItemInObjectCaseSensitive(copy, "scenario", cJSON_CreateString(scenario_name(study)));
    if (!cJSON_GetObjectItemCaseSensitive(copy, "title")) cJSON_AddStringToObject(copy, "title", study->name);
    char *text = json_print(copy);
    bool written = write_file(folder, "study.json", text, strlen(text)) &&
                   write_file(folder, scenario_name(study), study->scenario_text, study->scenario_size);
    mem_free(text);
    cJSON_Delete(copy);
    return written;
}

/* ---- rules ---- */

static void write_rules(FILE *out, const struct study *study, const struct makeflow_plan *plan, const char *folder)
{
    fprintf(out,
            "# %s: %llu parts, and a rule that merges them into %s.\n"
            "# Run it in the folder in which it was written:\n"
            "#   makeflow -T local %s        on this machine\n"
            "#   makeflow -T wq %s           on Work Queue workers; so too: slurm, condor, sge, pbs\n"
            "# Where postroad is elsewhere on the workers, change this line:\n"
            "POSTROAD=%s\n\n"
            ".MAKEFLOW CATEGORY part\n"
            ".MAKEFLOW CORES %zu\n",
            study->name, (unsigned long long)plan->parts, plan->output, plan->path, plan->path, plan->program,
            plan->jobs);
    for (uint64_t part = 1; part <= plan->parts; part++)
        fprintf(out,
                "\n%s/part-%llu.db: %s/study.json %s/%s\n"
                "\t$POSTROAD study %s/study.json -o %s/part-%llu.db --shard %llu/%llu --jobs %zu\n",
                folder, (unsigned long long)part, folder, folder, scenario_name(study), folder, folder,
                (unsigned long long)part, (unsigned long long)part, (unsigned long long)plan->parts, plan->jobs);
    fprintf(out, "\n.MAKEFLOW CATEGORY merge\n\n%s:", plan->output);
    for (uint64_t part = 1; part <= plan->parts; part++)
        fprintf(out, " %s/part-%llu.db", folder, (unsigned long long)part);
    fputs("\n\tLOCAL $POSTROAD study merge", out);
    for (uint64_t part = 1; part <= plan->parts; part++)
        fprintf(out, " %s/part-%llu.db", folder, (unsigned long long)part);
    fprintf(out, " -o %s\n", plan->output);
}

static bool make_folder(const char *path)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST) return true;
    fprintf(stderr, tr("postroad study: cannot make the folder %s: %s\n"), path, strerror(errno));
    return false;
}

bool makeflow_write(const struct study *study, const struct makeflow_plan *plan)
{
    struct text_buffer folder = {0};
    if (!check_plain(plan->path) || !check_plain(plan->output) || !check_plain(plan->program)) return false;
    text_add_format(&folder, "%s.d", plan->path);
    bool written = make_folder(folder.text) && write_copies(study, folder.text);
    struct output_file *file = written ? output_open(plan->path) : NULL;
    if (file) write_rules(output_stream(file), study, plan, folder.text);
    written = file && output_commit(file);
    mem_free(folder.text);
    return written;
}
