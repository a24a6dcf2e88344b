/** What people see of an error, in the programs that they use. */
@NullMarked
package io.reseal.server.page;

import org.jspecify.annotations.NullMarked;
