/* How the program gets its memory from the system. */
#ifndef POSTROAD_APP_HEAP_H
#define POSTROAD_APP_HEAP_H

/* Once, before anything else: memory that was freed is kept for what comes next, and is had in large pages where the
   system gives them. Worlds are made and freed by the thousand, and what they need next to each other lies far apart:
   docs/performance.md tells what it gains. */
void heap_prepare(void);

#endif
