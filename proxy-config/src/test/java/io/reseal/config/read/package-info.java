/** The way from YAML to the model, and every mistake on it. */
@NullMarked
package io.reseal.config.read;

import org.jspecify.annotations.NullMarked;
