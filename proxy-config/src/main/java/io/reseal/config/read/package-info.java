/** From YAML to the model, with the place of every mistake. */
@NullMarked
package io.reseal.config.read;

import org.jspecify.annotations.NullMarked;
