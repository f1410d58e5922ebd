/* Planted: chance, memory and the standard output, and a picture inside the model. */
#include "viz/draw/window.h"

int tcp_answer(void)
{
    char *text = malloc(10);
    strcpy(text, "rand()");
    printf("%d", rand());
    return '"' + atoi(text); // gets(text)
}
