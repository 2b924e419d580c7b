export declare const page: () => Buffer<ArrayBuffer>
export declare const pageWithoutServer: () => Buffer<ArrayBuffer>
