#include "sim/journal/journal.h"
