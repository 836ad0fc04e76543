// A file that appears whole or not at all is written under another name first.
#pragma once

#include <jobs/minder/fields.h>

namespace belfry::minder {

// Empty. There is one for all: what stands in it is written before the next is begun.
FieldWriter& draft_fields();

// A new file, to be appended to; one of this name that is there already is removed. -1 and errno if that fails.
int create_draft(const char* name);

// Appends the fields. False and errno if they are not there in full.
bool write_draft(int fd);

// Writes the fields to a file called `draft` and puts it in the place of `name`. False if that failed.
bool replace_file(const char* name, const char* draft);

}  // namespace belfry::minder
