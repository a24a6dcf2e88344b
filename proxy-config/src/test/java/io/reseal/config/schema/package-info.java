/** The schema against the model. */
@NullMarked
package io.reseal.config.schema;

import org.jspecify.annotations.NullMarked;
