/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.wiring.Purchases.Purchase;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;

/** The coder of {@link Purchase}: its line. */
final class PurchaseCoder extends CustomCoder<Purchase> {
  @Override
  public void encode(Purchase purchase, OutputStream out) throws IOException {
    StringUtf8Coder.of().encode(purchase.toString(), out);
  }

  @Override
  public Purchase decode(InputStream in) throws IOException {
    return Purchase.parse(StringUtf8Coder.of().decode(in));
  }
}
