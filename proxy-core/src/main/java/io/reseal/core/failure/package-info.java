/** What can go wrong with a connection or a request, and what each party is told. */
@NullMarked
package io.reseal.core.failure;

import org.jspecify.annotations.NullMarked;
