/** Certificates, keys and CA bundles from PEM, with an exact diagnosis of what is wrong. */
@NullMarked
package io.reseal.config.pem;

import org.jspecify.annotations.NullMarked;
