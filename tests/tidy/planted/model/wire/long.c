/* Planted: a function one line longer than the longest allowed. */
int wire_long(int x)
{
    x++;
    x++;
    x++;
    x++;
    x++;
    x++;
    x++;
    x++;
    x++;
    x++;
    return x;
}

int wire_short(int x)
{
    return x;
}

/* Planted: a line that is wider than the 127 columns that this repository allows to its readers, as one of them might have it */
