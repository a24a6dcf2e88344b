/** PEM in every shape. */
@NullMarked
package io.reseal.config.pem;

import org.jspecify.annotations.NullMarked;
