/** Rules about the source tree as a whole. */
@NullMarked
package io.reseal.build;

import org.jspecify.annotations.NullMarked;
