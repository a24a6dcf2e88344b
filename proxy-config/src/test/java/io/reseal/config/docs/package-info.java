/** The generated pages and the examples. */
@NullMarked
package io.reseal.config.docs;

import org.jspecify.annotations.NullMarked;
